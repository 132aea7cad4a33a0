/** The accounts that the seed makes and `npm start` prints. They exist wherever the seed ran, so never run it on a real shop. */
export const demoAccounts = [
  { role: 'customer', email: 'customer@agora.example', password: 'demo-customer-1' },
  { role: 'staff', email: 'staff@agora.example', password: 'demo-staff-1' },
  { role: 'admin', email: 'admin@agora.example', password: 'demo-admin-1' },
] as const;
