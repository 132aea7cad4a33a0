/** The accounts that the seed makes and `npm start` prints. They exist wherever the seed ran, so never run it on a real shop. */
export const demoAccounts = [
  { role: 'customer', email: 'customer@example.com', password: 'demo-customer' },
  { role: 'staff', email: 'staff@example.com', password: 'demo-staff-1' },
  { role: 'admin', email: 'admin@example.com', password: 'demo-admin-1' },
] as const;
