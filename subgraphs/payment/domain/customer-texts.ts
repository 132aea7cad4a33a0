/** Every sentence of this service that a customer may read. */
export const texts = {
  paymentNotConfirmable: 'This payment is not waiting for confirmation.',
  withdrawn: 'The payment was cancelled before it began.',
  invalidPaymentState: (from: string, to: string) => `A payment in ${from} cannot become ${to}.`,
  capturedAtOnce: 'This payment can only be captured at once, without leaving a rest that is held.',
  captureTooLarge: (most: string) => `Enter an amount of more than zero and at most ${most}.`,
  wrongAmount: (expected: string) => `The amount must be ${expected}.`,
  methodNotOnFile: 'This saved payment method is no longer available.',
  refundTooLarge: (most: string) => `At most ${most} can be refunded.`,
  methodRefused: 'This payment method cannot be saved.',
  tooManyPaymentMethods: (most: number) => `You can save up to ${most} payment methods. Remove one first.`,
} as const;
