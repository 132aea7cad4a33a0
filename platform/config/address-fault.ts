/** What is wrong with an address, to follow its variable's name; never quotes the address, which may hold a password. */
class AddressFault extends Error {}

export const refuse = (why: string): never => {
  throw new AddressFault(why);
};

/** An address is checked when the configuration is read (`faultOf`), and parsed again where it is used (`read`, which throws). */
export const addressReader = <Address>(what: string, parse: (text: string) => Address) => ({
  faultOf: (text: string): string | undefined => {
    try {
      parse(text);
      return undefined;
    } catch (error) {
      if (error instanceof AddressFault) return error.message;
      throw error;
    }
  },
  read: (text: string): Address => {
    try {
      return parse(text);
    } catch (error) {
      throw error instanceof AddressFault ? new Error(`${what} ${error.message}`) : error;
    }
  },
});
