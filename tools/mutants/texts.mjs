/** What people read is no mapping: the text of an error, and any text with a space in it. What the types rule out cannot be tested. */
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
        if (path.isSwitchCase() && path.node.test === null && path.node.consequent[0]?.type === 'ThrowStatement')
          return 'a case that the types rule out';
        return undefined;
      },
    },
  },
];
