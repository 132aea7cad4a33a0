import { Prisma, type PrismaClient } from '#prisma/product/client/client.ts';
import type { CompletionRequest, Completions } from '../../usecases/search/ports.ts';
import { inEachTier } from './conditions.ts';

// Beyond every character: what begins with a word comes before the word followed by this.
const last = '\u{10ffff}';

/** A label outlives the products that had it. Quoted as `lexeme` in domain/search/tsquery.ts does. */
const isInUse = Prisma.sql`EXISTS (${inEachTier(
  Prisma.raw(String.raw`terms @@ ('''' || replace(replace(key, '\', '\\'), '''', '''''') || '''')::tsquery`),
)})`;

// Beginnings of up to so many letters have an index in the order of how common words are; longer ones are those of few words.
const longestIndexed = 3;

const beginsWith = (word: string): Prisma.Sql => {
  const { length } = [...word];
  if (length <= longestIndexed) return Prisma.sql`left(lexeme, ${Prisma.raw(`${length}`)}) = ${word}`;
  return Prisma.sql`lexeme >= ${word} AND lexeme < ${word + last}`;
};

/** Categories and brands are a few thousand rows at most: looking through them takes a millisecond. */
export const readCompletions = async (
  prisma: PrismaClient,
  { word, text, limit }: CompletionRequest,
): Promise<Completions> => {
  const [row] = await prisma.$queryRaw<[Completions]>`
    SELECT (SELECT coalesce(jsonb_agg(shown), '[]')
              FROM (SELECT shown FROM search_word
                     WHERE ${word !== ''} AND ${beginsWith(word)} AND titles > 0
                     ORDER BY commonness DESC, titles DESC, documents DESC, lexeme LIMIT ${limit}) word) AS words,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('key', key, 'label', label)), '[]')
              FROM (SELECT key, label FROM search_facet
                     WHERE ${text} <> ''
                       AND (key >= 'brand:' AND key < 'brand;' OR key >= 'category:' AND key < 'category;')
                       AND EXISTS (SELECT FROM unnest(names) name WHERE strpos(' ' || name, ' ' || ${text}) > 0)
                       AND ${isInUse}
                     ORDER BY key DESC LIMIT ${limit}) facet) AS facets`;
  return row;
};
