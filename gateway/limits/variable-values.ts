/** What a document leaves to its variables, as far as its cost depends on it. */
import { type DirectiveNode, Kind, type OperationDefinitionNode, type ValueNode, valueFromASTUntyped } from 'graphql';

export interface VariableValues {
  /** A literal, or what the variable in its place has; `undefined` for an argument or variable that is absent. */
  resolve(node: ValueNode | undefined): unknown;
  /** By `@skip` and `@include`. */
  isLeftOut(node: { readonly directives?: readonly DirectiveNode[] | undefined }): boolean;
  /** Whether any of it came from a variable so far. */
  wereAsked(): boolean;
}

/** `sent` is as the client sent it: unchecked, without the defaults that the operation declares. */
export const variableValues = (
  { variableDefinitions = [] }: OperationDefinitionNode,
  sent: Readonly<Record<string, unknown>>,
): VariableValues => {
  let asked = false;

  const resolve: VariableValues['resolve'] = (node) => {
    if (!node) return undefined;
    if (node.kind !== Kind.VARIABLE) return valueFromASTUntyped(node);
    asked = true;
    const name = node.name.value;
    if (Object.hasOwn(sent, name)) return sent[name];
    const definition = variableDefinitions.find(({ variable }) => variable.name.value === name);
    return definition?.defaultValue && valueFromASTUntyped(definition.defaultValue);
  };

  const condition = (directive: DirectiveNode): unknown =>
    resolve(directive.arguments?.find(({ name }) => name.value === 'if')?.value);

  return {
    resolve,
    isLeftOut: ({ directives = [] }) =>
      directives.some(
        (directive) =>
          (directive.name.value === 'skip' && condition(directive) === true) ||
          (directive.name.value === 'include' && condition(directive) === false),
      ),
    wereAsked: () => asked,
  };
};
