/**
 * Generated blocks in files that people edit: the lines between `# >>> name` and `# <<< name`. They are indented as the
 * opening marker is, so that the file reads as if it had been written by hand.
 */

/** By name, the lines of each block, without their indentation. */
export type Blocks = Readonly<Record<string, readonly string[]>>;

/** The text with its blocks replaced. Throws when a block is missing, or one of the file is not known. */
export const withBlocks = (file: string, text: string, blocks: Blocks): string => {
  const seen = new Set<string>();
  const result = text.replaceAll(
    /^( *)# >>> ([\w-]+)(.*)\n(?:.*\n)*? *# <<< \2$/gm,
    (_, indent: string, name: string, note: string) => {
      const lines = blocks[name];
      if (!lines) throw new Error(`${file}: the block "${name}" is not one that is generated`);
      seen.add(name);
      const body = lines.map((line) => (line === '' ? '\n' : `${indent}${line}\n`)).join('');
      return `${indent}# >>> ${name}${note}\n${body}${indent}# <<< ${name}`;
    },
  );
  const missing = Object.keys(blocks).filter((name) => !seen.has(name));
  if (missing.length > 0) throw new Error(`${file}: lacks the generated block ${missing.join(', ')}`);
  return result;
};

/** The text without its blocks: what a person has written. */
export const withoutBlocks = (text: string): string =>
  text.replaceAll(/^ *# >>> ([\w-]+).*\n(?:.*\n)*? *# <<< \1\n/gm, '');
