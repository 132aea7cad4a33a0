/** What customers call an order: `AG-7K3M-9QXT`. */

// Crockford's base 32: no I, L, O, U, so it survives being read out on the phone. https://www.crockford.com/base32.html
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

// 8 characters are 40 bits: nobody guesses a neighbour's number, and a million orders still seldom collide.
export const orderNumberBytes = 5;

/** Makes a number of 40 random bits. */
export const orderNumber = (random: Uint8Array): string => {
  if (random.length !== orderNumberBytes) throw new Error(`an order number takes ${orderNumberBytes} bytes`);
  const bits = random.reduce((number, byte) => number * 256n + BigInt(byte), 0n);
  const characters = Array.from({ length: 8 }, (_, place) => alphabet[Number((bits >> BigInt(35 - 5 * place)) & 31n)]);
  return `AG-${characters.slice(0, 4).join('')}-${characters.slice(4).join('')}`;
};

/** The stored form of a typed number: case, spaces and dashes do not matter, nor O for 0 and I or L for 1. */
export const readOrderNumber = (text: string): string | undefined => {
  const typed = text.toUpperCase().replaceAll(/[\s-]/g, '');
  if (!typed.startsWith('AG')) return undefined;
  const characters = typed.slice(2).replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  if (!/^[0-9A-HJKMNP-TV-Z]{8}$/.test(characters)) return undefined;
  return `AG-${characters.slice(0, 4)}-${characters.slice(4)}`;
};
