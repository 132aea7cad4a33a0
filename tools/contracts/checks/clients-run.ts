/** The sample clients, run on a shop: what compiles also works over the wire. */
import { breach, type Check } from '../check.ts';
import { apolloClient } from '../clients/apollo-client.ts';
import { graphqlRequest } from '../clients/graphql-request.ts';
import type { SampleClient } from '../clients/sample.ts';
import { urql } from '../clients/urql.ts';

const samples: Readonly<Record<string, SampleClient>> = { apolloClient, urql, graphqlRequest };

/** What the seed has sold ever since (launcher/seed/). */
const expected = { slug: 'trail-lamp-200', title: 'Trail Lamp 200' };
const account = { email: 'customer@example.com', right: 'demo-customer', wrong: 'not-the-password' };

export const clientsRun: Check = {
  name: 'clients-run',
  title: 'Apollo Client, urql and graphql-request read a product, sign in, and are told why they may not.',
  needs: 'system',
  run: async (world) => {
    const { gateway } = await world.system();
    return (await Promise.all(Object.entries(samples).map(([name, sample]) => faultsOf(name, sample, gateway)))).flat();
  },
};

export const faultsOf = async (name: string, sample: SampleClient, url: string) => {
  const client = sample(url);
  const said = {
    title: await client.titleOf(expected.slug).catch(String),
    welcome: await client.signIn(account.email, account.right).catch(String),
    refusal: await client.signIn(account.email, account.wrong).catch(String),
  };
  const wayOut = `Run tools/contracts/clients/ by hand against ${url}.`;
  return [
    ...(said.title === expected.title
      ? []
      : [breach(name, `reads "${said.title}" as the title of ${expected.slug}.`, wayOut)]),
    ...(said.welcome?.startsWith('hello ') ? [] : [breach(name, `cannot sign in: ${said.welcome}`, wayOut)]),
    ...(said.refusal && !said.refusal.startsWith('hello ') && !/error/i.test(said.refusal)
      ? []
      : [breach(name, `is told "${said.refusal}" for a wrong password.`, wayOut)]),
  ];
};
