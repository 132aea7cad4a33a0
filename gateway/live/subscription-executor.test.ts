import { type DocumentNode, getOperationAST, parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { toQuery } from './subscription-executor.ts';

const rewritten = (text: string, operationName?: string) => {
  const document: DocumentNode = parse(text);
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new Error('no operation');
  return toQuery(document, operation);
};
/** Whatever the spacing. */
const same = (text: string) => print(parse(text));

describe('a subscription rewritten as a query', () => {
  it("selects what the client does, under the same name, and the gateway's own fields", () => {
    const { document, key } = rewritten(
      'subscription Watch($id: ID!) { orderUpdated(id: $id) { status lines { sku } } }',
    );
    expect(print(document)).toBe(
      same(`query Watch($id: ID!) {
        orderUpdated: order(id: $id) { status lines { sku } _liveVersion: version _liveIsFinal: isFinal }
      }`),
    );
    expect(key).toBe('orderUpdated');
  });

  it("keeps the client's alias", () => {
    const { document, key } = rewritten('subscription { mine: orderUpdated(id: "a") { status } }');
    expect(key).toBe('mine');
    expect(print(document)).toContain('mine: order(id: "a")');
  });

  it('keeps the fragments it uses, and neither other operations nor their fragments', () => {
    const { document } = rewritten(
      `subscription Watch { orderUpdated(id: "a") { ...Lines } }
       query Other { order(id: "a") { ...Total } }
       fragment Lines on Order { lines { ...Line } }
       fragment Line on OrderLine { sku }
       fragment Total on Order { total { amount } }`,
      'Watch',
    );
    const text = print(document);
    expect(text).toContain('fragment Lines');
    expect(text).toContain('fragment Line on OrderLine');
    expect(text).not.toContain('Total');
  });

  it('keeps directives and arguments of the field', () => {
    const { document } = rewritten(
      'subscription ($on: Boolean!) { orderUpdated(id: "a") @include(if: $on) { status @skip(if: false) } }',
    );
    expect(print(document)).toContain('orderUpdated: order(id: "a") @include(if: $on)');
    expect(print(document)).toContain('status @skip(if: false)');
  });

  it.each([
    ['the field has no change notifications', 'subscription { constructor { id } }'],
    ['its field is in a fragment', 'subscription { ...F } fragment F on Subscription { orderUpdated(id: "a") { id } }'],
  ])('is refused when %s', (_, text) => {
    expect(() => rewritten(text)).toThrow(
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'SUBSCRIPTION_NOT_SUPPORTED' }) }),
    );
  });
});
