import { noticeTexts } from '../../notification/notice-texts.ts';
import type { FundsParams, RefundParams } from '../mail-kinds.ts';
import { about, aboutProduct, type MailTexts } from './text.ts';

const notices = noticeTexts.ko;

const notYou = '본인이 아니라면 지금 비밀번호를 재설정해 주세요. 모든 기기에서 로그아웃됩니다.';

export const ko: MailTexts = {
  greeting: (name) => (name ? `${name} 님, 안녕하세요.` : '안녕하세요.'),
  withoutLink: (mutation, token) => `다음 토큰을 ${mutation} 뮤테이션으로 보내 주세요: ${token}`,
  unsubscribe: '이런 메일 받지 않기',
  sentBy: (shop) => `${shop}에서 보낸 메일입니다.`,
  kinds: {
    WELCOME: (_, shop) => ({
      subject: `${shop}에 오신 것을 환영합니다`,
      paragraphs: ['계정이 만들어졌습니다. 주문 소식을 이 주소로 알려 드리겠습니다.'],
      action: { label: '쇼핑하러 가기', path: '/' },
    }),
    VERIFY_EMAIL: (_, shop) => ({
      subject: '이메일 주소를 확인해 주세요',
      paragraphs: [`이 주소로 ${shop} 계정이 만들어졌습니다. 본인의 주소인지 확인해 주세요.`],
      action: { label: '주소 확인하기', path: '/verify-email', mutation: 'verifyEmail' },
      notes: ['링크는 24시간 동안 한 번만 쓸 수 있습니다. 본인이 아니라면 이 메일을 무시하셔도 됩니다.'],
    }),
    ALREADY_REGISTERED: (_, shop) => ({
      subject: `이미 ${shop} 계정이 있습니다`,
      paragraphs: [
        '이 주소로 계정을 만들려는 시도가 있었지만 이미 계정이 있습니다. 바뀐 것은 없습니다.',
        '본인이라면 로그인해 주세요. 비밀번호가 기억나지 않으면 새로 설정할 수 있습니다.',
      ],
      action: { label: '새 비밀번호 설정하기', path: '/forgot-password', mutation: 'requestPasswordReset' },
    }),
    RESET_PASSWORD: (_, shop) => ({
      subject: '새 비밀번호를 설정해 주세요',
      paragraphs: [`${shop} 계정의 비밀번호 재설정 요청을 받았습니다.`],
      action: { label: '새 비밀번호 설정하기', path: '/reset-password', mutation: 'resetPassword' },
      notes: [
        '링크는 한 시간 동안 한 번만 쓸 수 있습니다. 본인이 아니라면 이 메일을 무시하셔도 됩니다. 비밀번호는 바뀌지 않았습니다.',
      ],
    }),
    PASSWORD_CHANGED: (_, shop) => ({
      subject: '비밀번호가 변경되었습니다',
      paragraphs: [`${shop} 계정의 비밀번호가 변경되었습니다.`],
      action: { label: '비밀번호 재설정하기', path: '/forgot-password', mutation: 'requestPasswordReset' },
      notes: [notYou],
    }),
    CONFIRM_EMAIL_CHANGE: (_, shop) => ({
      subject: '새 이메일 주소를 확인해 주세요',
      paragraphs: [`이 주소를 ${shop} 계정의 이메일로 등록하려고 합니다. 본인의 주소인지 확인해 주세요.`],
      action: { label: '주소 확인하기', path: '/confirm-email', mutation: 'confirmEmailChange' },
      notes: ['링크는 24시간 동안 한 번만 쓸 수 있습니다. 본인이 아니라면 이 메일을 무시하셔도 됩니다.'],
    }),
    EMAIL_CHANGED: (_, shop) => ({
      subject: '이메일 주소가 변경되었습니다',
      paragraphs: [
        `${shop} 계정의 이메일 주소가 변경되었습니다. 이 주소로는 더 이상 메일을 보내지 않습니다.`,
        '본인이 아니라면 저희에게 연락해 주세요.',
      ],
    }),
    NEW_SIGN_IN: ({ device }, shop) => ({
      subject: '새로운 기기에서 로그인했습니다',
      paragraphs: [
        device
          ? `전에 쓰지 않던 기기에서 ${shop} 계정에 로그인했습니다: ${device}`
          : `전에 쓰지 않던 기기에서 ${shop} 계정에 로그인했습니다.`,
      ],
      action: { label: '비밀번호 재설정하기', path: '/forgot-password', mutation: 'requestPasswordReset' },
      notes: ['본인이라면 아무것도 하지 않으셔도 됩니다.', notYou],
    }),
    ACCOUNT_CLOSED: (_, shop) => ({
      subject: '계정이 해지되었습니다',
      paragraphs: [`${shop} 계정이 해지되고 개인 정보가 삭제되었습니다. 그동안 이용해 주셔서 감사합니다.`],
    }),
    ORDER_CONFIRMED: about(notices.ORDER_CONFIRMED, '주문 보기'),
    ORDER_REJECTED: about(notices.ORDER_REJECTED, '주문 보기'),
    ORDER_PAYMENT_FAILED: about(notices.ORDER_PAYMENT_FAILED, '결제하기'),
    ORDER_CANCELLED: about(notices.ORDER_CANCELLED, '주문 보기'),
    ORDER_AWAITING_FUNDS: about<FundsParams>(notices.ORDER_AWAITING_FUNDS, '주문 보기'),
    ORDER_REFUNDED: about<RefundParams>(notices.ORDER_REFUNDED, '주문 보기'),
    BACK_IN_STOCK: aboutProduct('ko', notices.BACK_IN_STOCK, '상품 보기'),
  },
};
