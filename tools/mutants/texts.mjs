/** What people read is no mapping: the text of an error, and any text with a space in it. */
export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'texts',
    value: {
      shouldIgnore: (path) => {
        if (path.isNewExpression() && path.node.callee.name?.endsWith('Error')) return 'the text of an error';
        if (path.isStringLiteral() && path.node.value.includes(' ')) return 'a sentence';
        if (path.isTemplateLiteral() && path.node.quasis.some(({ value }) => value.raw.includes(' ')))
          return 'a sentence';
        if (path.isImportDeclaration()) return 'an import';
        return undefined;
      },
    },
  },
];
