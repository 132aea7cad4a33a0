import type { Locale } from '../account/locale.ts';

type State = 'ask' | 'done' | 'invalid';

const texts: Readonly<Record<Locale, Readonly<Record<State | 'button', string>>>> = {
  en: {
    ask: 'Stop mails of this kind? Mails about the safety of your account are always sent.',
    button: 'Stop them',
    done: 'You will get no more mails of this kind. You can switch them on again in your account.',
    invalid: 'This link is not complete. Please use the one in the mail, or change it in your account.',
  },
  ko: {
    ask: '이런 메일을 더 이상 받지 않으시겠습니까? 계정 보안에 관한 메일은 항상 보내 드립니다.',
    button: '받지 않기',
    done: '이런 메일을 더 이상 보내지 않습니다. 계정에서 언제든지 다시 켤 수 있습니다.',
    invalid: '링크가 올바르지 않습니다. 메일에 있는 링크를 쓰거나 계정에서 변경해 주세요.',
  },
};

const style = 'margin:15vh auto;max-width:32em;padding:24px;font:17px/1.5 sans-serif;color:#222';

/** A page without anything that a request could put in: the form goes to the address that the page has. */
export const unsubscribePage = (locale: Locale, state: State): string => {
  const { [state]: text, button } = texts[locale];
  const form = state === 'ask' ? `<form method="post"><button>${button}</button></form>` : '';
  return `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${button}</title></head><body style="${style}"><p>${text}</p>${form}</body></html>\n`;
};
