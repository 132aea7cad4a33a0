import { Prisma, type PrismaClient } from '#prisma/product/client/client.ts';
import type { CompletionRequest, Completions } from '../../usecases/search/ports.ts';

// Beyond every character: what begins with a word comes before the word followed by this.
const last = '\u{10ffff}';

/** Quoted as `lexeme` in domain/search/tsquery.ts does. */
const keyAsTerm = Prisma.raw(String.raw`('''' || replace(replace(key, '\', '\\'), '''', '''''') || '''')`);

/** Categories and brands are a few thousand rows at most: looking through them takes a millisecond. */
export const readCompletions = async (
  prisma: PrismaClient,
  { word, text, limit }: CompletionRequest,
): Promise<Completions> => {
  const [row] = await prisma.$queryRaw<[Completions]>`
    SELECT (SELECT coalesce(jsonb_agg(shown), '[]')
              FROM (SELECT shown FROM search_word
                     WHERE ${word} <> '' AND lexeme >= ${word} AND lexeme < ${word + last} AND titles > 0
                     ORDER BY titles DESC, documents DESC, lexeme LIMIT ${limit}) word) AS words,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('key', key, 'label', label)), '[]')
              FROM (SELECT key, label FROM search_facet
                     WHERE ${text} <> ''
                       AND (key >= 'brand:' AND key < 'brand;' OR key >= 'category:' AND key < 'category;')
                       AND EXISTS (SELECT FROM unnest(names) name WHERE strpos(' ' || name, ' ' || ${text}) > 0)
                       -- A label outlives the products that had it.
                       AND EXISTS (SELECT FROM search_document WHERE terms @@ ${keyAsTerm}::tsquery)
                     ORDER BY key DESC LIMIT ${limit}) facet) AS facets`;
  return row;
};
