import ts from "typescript";

/** What the running code finds its surroundings under; parameters of the function that a cell becomes. */
export const RUNTIME = {
  /** `scopes[0].total`: the variables of all cells. */
  scopes: "__scopes",
  /** The run itself: how far it has come. */
  run: "__run",
  /** `stop[flag[0]].x` throws once the flag is set. */
  stop: "__stop",
  flag: "__flag",
  /** Passes the value of an `await` on, or throws in a run that was interrupted meanwhile. */
  resume: "__resume",
  /** The modules of the cell's imports, in order. */
  imports: "__imports",
  /** `import()` */
  load: "__load",
  meta: "__meta",
} as const;

const { factory } = ts;

/**
 * `__stop[__flag[0]].x`: nothing, until the flag is raised; then it throws. Without a branch on purpose: V8
 * compiles a loop that it enters while it runs (on-stack replacement) several times worse when there is one in it.
 */
function stopCheck(): ts.Statement {
  const flag = factory.createElementAccessExpression(factory.createIdentifier(RUNTIME.flag), 0);
  const entry = factory.createElementAccessExpression(factory.createIdentifier(RUNTIME.stop), flag);
  return factory.createExpressionStatement(factory.createPropertyAccessExpression(entry, "x"));
}

function withCheck(body: ts.Statement, also: readonly ts.Statement[] = []): ts.Block {
  const statements = ts.isBlock(body) ? body.statements : [body];
  const block = factory.createBlock([stopCheck(), ...also, ...statements], true);
  return ts.setTextRange(ts.setOriginalNode(block, body), body);
}

const resumed = (value: ts.Expression) =>
  factory.createCallExpression(factory.createIdentifier(RUNTIME.resume), undefined, [value]);

/**
 * Lets a loop or an `await` end when the cell is interrupted: each turn of a loop looks at the flag, and an `await`
 * of an interrupted run throws when it would go on.
 *
 * @param node whose children have been visited already
 */
export function interruptible(node: ts.Node): ts.Node {
  if (ts.isForStatement(node)) {
    const { initializer, condition, incrementor, statement } = node;
    return factory.updateForStatement(node, initializer, condition, incrementor, withCheck(statement));
  }
  if (ts.isForInStatement(node))
    return factory.updateForInStatement(node, node.initializer, node.expression, withCheck(node.statement));
  if (ts.isForOfStatement(node)) {
    const { awaitModifier, initializer, expression, statement } = node;
    const also = awaitModifier ? [factory.createExpressionStatement(resumed(factory.createVoidZero()))] : [];
    return factory.updateForOfStatement(
      node,
      awaitModifier,
      initializer,
      expression,
      withCheck(statement, also),
    );
  }
  if (ts.isWhileStatement(node))
    return factory.updateWhileStatement(node, node.expression, withCheck(node.statement));
  if (ts.isDoStatement(node))
    return factory.updateDoStatement(node, withCheck(node.statement), node.expression);
  if (ts.isAwaitExpression(node)) return ts.setTextRange(resumed(node), node);
  return node;
}

/** {@link interruptible} for a whole file: the modules that a notebook imports from its own folder. */
export const interruptibleFile: ts.TransformerFactory<ts.SourceFile> = (context) => (file) => {
  const visit = (node: ts.Node): ts.Node => interruptible(ts.visitEachChild(node, visit, context));
  return ts.visitEachChild(file, visit, context);
};
