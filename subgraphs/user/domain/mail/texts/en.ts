import { noticeTexts } from '../../notification/notice-texts.ts';
import type { FundsParams, RefundParams } from '../mail-kinds.ts';
import { about, aboutProduct, type MailTexts } from './text.ts';

const notices = noticeTexts.en;

const notYou = 'If this was not you, reset your password now: that signs out every device.';

export const en: MailTexts = {
  greeting: (name) => (name ? `Hello ${name},` : 'Hello,'),
  withoutLink: (mutation, token) => `Send this token with the mutation ${mutation}: ${token}`,
  unsubscribe: 'Stop mails of this kind',
  sentBy: (shop) => `This mail was sent by ${shop}.`,
  kinds: {
    WELCOME: (_, shop) => ({
      subject: `Welcome to ${shop}`,
      paragraphs: ['Your account is open. We will write to you about your orders.'],
      action: { label: 'Go to the shop', path: '/' },
    }),
    VERIFY_EMAIL: (_, shop) => ({
      subject: 'Please confirm your e-mail address',
      paragraphs: [`Somebody has opened an account at ${shop} with this address. Please confirm that it is yours.`],
      action: { label: 'Confirm the address', path: '/verify-email', mutation: 'verifyEmail' },
      notes: ['The link works once, for 24 hours. If it was not you, ignore this mail.'],
    }),
    ALREADY_REGISTERED: (_, shop) => ({
      subject: `You already have an account at ${shop}`,
      paragraphs: [
        'Somebody has tried to open an account with this address, which has one already. Nothing has changed.',
        'If it was you, please sign in. If you no longer know your password, you can set a new one.',
      ],
      action: { label: 'Set a new password', path: '/forgot-password', mutation: 'requestPasswordReset' },
    }),
    RESET_PASSWORD: (_, shop) => ({
      subject: 'Set a new password',
      paragraphs: [`Somebody has asked for a new password for your account at ${shop}.`],
      action: { label: 'Set a new password', path: '/reset-password', mutation: 'resetPassword' },
      notes: ['The link works once, for one hour. If it was not you, ignore this mail: your password has not changed.'],
    }),
    PASSWORD_CHANGED: (_, shop) => ({
      subject: 'Your password was changed',
      paragraphs: [`The password of your account at ${shop} was changed.`],
      action: { label: 'Reset the password', path: '/forgot-password', mutation: 'requestPasswordReset' },
      notes: [notYou],
    }),
    CONFIRM_EMAIL_CHANGE: (_, shop) => ({
      subject: 'Please confirm your new e-mail address',
      paragraphs: [`This address is to become the one of an account at ${shop}. Please confirm that it is yours.`],
      action: { label: 'Confirm the address', path: '/confirm-email', mutation: 'confirmEmailChange' },
      notes: ['The link works once, for 24 hours. If it was not you, ignore this mail.'],
    }),
    EMAIL_CHANGED: (_, shop) => ({
      subject: 'Your e-mail address was changed',
      paragraphs: [
        `Your account at ${shop} has a new e-mail address. We write to this one for the last time.`,
        'If this was not you, please contact us.',
      ],
    }),
    NEW_SIGN_IN: ({ device }, shop) => ({
      subject: 'New sign-in to your account',
      paragraphs: [
        device
          ? `Somebody has signed in to your account at ${shop} from a device that was not used before: ${device}.`
          : `Somebody has signed in to your account at ${shop} from a device that was not used before.`,
      ],
      action: { label: 'Reset the password', path: '/forgot-password', mutation: 'requestPasswordReset' },
      notes: ['If this was you, there is nothing to do.', notYou],
    }),
    ACCOUNT_CLOSED: (_, shop) => ({
      subject: 'Your account is closed',
      paragraphs: [
        `Your account at ${shop} is closed and your personal data is deleted. Thank you for having been with us.`,
      ],
    }),
    ORDER_CONFIRMED: about(notices.ORDER_CONFIRMED, 'View the order'),
    ORDER_REJECTED: about(notices.ORDER_REJECTED, 'View the order'),
    ORDER_PAYMENT_FAILED: about(notices.ORDER_PAYMENT_FAILED, 'Pay the order'),
    ORDER_CANCELLED: about(notices.ORDER_CANCELLED, 'View the order'),
    ORDER_AWAITING_FUNDS: about<FundsParams>(notices.ORDER_AWAITING_FUNDS, 'View the order'),
    ORDER_REFUNDED: about<RefundParams>(notices.ORDER_REFUNDED, 'View the order'),
    BACK_IN_STOCK: aboutProduct('en', notices.BACK_IN_STOCK, 'View the product'),
  },
};
