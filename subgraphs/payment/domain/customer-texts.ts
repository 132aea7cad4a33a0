/** Every sentence of this service that a customer may read. */
export const texts = {
  paymentNotConfirmable: 'This payment is not waiting for confirmation.',
  withdrawn: 'The payment was cancelled before it began.',
} as const;
