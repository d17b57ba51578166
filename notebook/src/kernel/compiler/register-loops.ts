import ts from "typescript";
import { boundNames } from "./declarations";
import type { NotebookNames } from "./notebook-names";

/** The notebook's variables that a loop uses, and those of them that it changes. */
export interface LoopVariables {
  used: Set<string>;
  changed: Set<string>;
}

const { SyntaxKind } = ts;

/**
 * Whether a loop at the level of a cell does nothing but arithmetic, so that its variables may be kept in locals
 * (registers) while it runs: nobody else can look at them meanwhile.
 *
 * Variables of the notebook live in an object, and a sum that goes through memory each turn takes four times as
 * long as one in a register. Loops that call functions, touch objects or wait are left as they are.
 *
 * @returns the variables; `undefined` when the loop does anything else
 */
export function arithmeticLoop(loop: ts.IterationStatement, names: NotebookNames): LoopVariables | undefined {
  const variables: LoopVariables = { used: new Set(), changed: new Set() };
  const allowed = (node: ts.Node): boolean => {
    switch (node.kind) {
      case SyntaxKind.Block:
      case SyntaxKind.ExpressionStatement:
      case SyntaxKind.EmptyStatement:
      case SyntaxKind.IfStatement:
      case SyntaxKind.ForStatement:
      case SyntaxKind.WhileStatement:
      case SyntaxKind.DoStatement:
      case SyntaxKind.VariableStatement:
      case SyntaxKind.VariableDeclaration:
      case SyntaxKind.ParenthesizedExpression:
      case SyntaxKind.ConditionalExpression:
        return children(node);
      case SyntaxKind.ForOfStatement: {
        const { awaitModifier, expression } = node as ts.ForOfStatement;
        return awaitModifier === undefined && names.isPlainArray(expression) && children(node);
      }
      case SyntaxKind.VariableDeclarationList:
        // A `var` would be a variable of the notebook itself.
        return (
          (node.flags & ts.NodeFlags.BlockScoped) !== 0 &&
          isSimple(node as ts.VariableDeclarationList) &&
          children(node)
        );
      case SyntaxKind.BreakStatement:
      case SyntaxKind.ContinueStatement:
        return (node as ts.BreakOrContinueStatement).label === undefined;
      case SyntaxKind.NumericLiteral:
      case SyntaxKind.BigIntLiteral:
      case SyntaxKind.StringLiteral:
      case SyntaxKind.TrueKeyword:
      case SyntaxKind.FalseKeyword:
        return true;
      case SyntaxKind.PrefixUnaryExpression:
      case SyntaxKind.PostfixUnaryExpression: {
        const { operand, operator } = node as ts.PrefixUnaryExpression | ts.PostfixUnaryExpression;
        const writes = operator === SyntaxKind.PlusPlusToken || operator === SyntaxKind.MinusMinusToken;
        if (writes && !assigns(operand)) return false;
        return children(node) && names.isPrimitive(operand);
      }
      case SyntaxKind.BinaryExpression: {
        const { left, operatorToken, right } = node as ts.BinaryExpression;
        const writes =
          operatorToken.kind >= SyntaxKind.FirstAssignment && operatorToken.kind <= SyntaxKind.LastAssignment;
        if (writes && !assigns(left)) return false;
        if (
          operatorToken.kind === SyntaxKind.InKeyword ||
          operatorToken.kind === SyntaxKind.InstanceOfKeyword
        )
          return false;
        return allowed(left) && allowed(right) && names.isPrimitive(left) && names.isPrimitive(right);
      }
      case SyntaxKind.ElementAccessExpression: {
        const { expression, argumentExpression } = node as ts.ElementAccessExpression;
        return allowed(expression) && names.isPlainArray(expression) && allowed(argumentExpression);
      }
      case SyntaxKind.PropertyAccessExpression: {
        const { expression, name } = node as ts.PropertyAccessExpression;
        return name.text === "length" && allowed(expression) && names.isPlainArray(expression);
      }
      case SyntaxKind.Identifier: {
        const isName = "name" in node.parent && node.parent.name === node;
        const name = isName ? undefined : names.resolve(node as ts.Identifier);
        if (name !== undefined) variables.used.add(name);
        return true;
      }
      default:
        // Types, operators' tokens; everything else might call somebody.
        return ts.isTypeNode(node);
    }
  };
  const children = (node: ts.Node): boolean => ts.forEachChild(node, (child) => !allowed(child)) !== true;
  const assigns = (target: ts.Expression): boolean => {
    if (ts.isElementAccessExpression(target)) return true;
    if (!ts.isIdentifier(target)) return false;
    const name = names.resolve(target);
    if (name !== undefined) variables.changed.add(name);
    return true;
  };
  return allowed(loop) && variables.used.size > 0 ? variables : undefined;
}

const isSimple = (list: ts.VariableDeclarationList) =>
  list.declarations.every(({ name }) => ts.isIdentifier(name)) && boundNames(list).length > 0;
