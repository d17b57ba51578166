import ts from "typescript";
import { hasModifier, hoistedVars, importedNames, isAmbient, isVar } from "./declarations";
import { interruptible, RUNTIME } from "./interruptible";
import type { NotebookNames } from "./notebook-names";
import { arithmeticLoop } from "./register-loops";

const { factory, SyntaxKind } = ts;

/** What a cell's JavaScript needs beside itself. Filled while it is made. */
export interface CellNeeds {
  /** Specifiers of the modules that have to be there before the cell begins, in order. */
  imports: string[];
}

export interface CellTransformOptions {
  names: NotebookNames;
  /** Where the cell's own text ends; what follows it told the compiler of earlier cells. */
  length: number;
  /** Which of the scope objects keeps a name. */
  scopeOf(name: string): number;
  needs: CellNeeds;
}

/**
 * Turns a cell into the body of a function in which the notebook's variables are properties of scope objects, so
 * that every cell, and every function that a cell has left behind, sees one and the same variable.
 *
 * Declarations become assignments where they stand (`run.reached` says how far they have come), imports come first,
 * functions are hoisted, and the value of a last expression without a semicolon is returned in an array.
 */
export function cellTransformer(options: CellTransformOptions): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => new CellTransform(options, context).file(file);
}

class CellTransform {
  private functionDepth = 0;
  /** Variables that the loop at hand keeps in locals. */
  private inLocals = new Map<string, ts.Identifier>();

  constructor(
    private readonly options: CellTransformOptions,
    private readonly context: ts.TransformationContext,
  ) {}

  file(file: ts.SourceFile): ts.SourceFile {
    const own = file.statements.filter((statement) => statement.getStart(file) < this.options.length);
    // A `var` that is already there keeps its value.
    const hoisted = own.flatMap(hoistedVars).map((name) => this.keep(name, this.place(name)));
    for (const statement of own) {
      if (ts.isFunctionDeclaration(statement) && statement.body && statement.name && !isAmbient(statement)) {
        hoisted.push(this.keep(statement.name.text, factory.createIdentifier(statement.name.text)));
      }
    }
    const imports = own.flatMap((statement, at) =>
      ts.isImportDeclaration(statement) ? [...this.import(statement), this.reached(at)] : [],
    );
    const last = own.length - 1;
    const body = own.flatMap((statement, at) =>
      at === last && isResult(statement, file)
        ? [this.result(statement)]
        : [...this.statement(statement), ...(declaresValue(statement) ? [this.reached(at)] : [])],
    );
    return factory.updateSourceFile(file, [...hoisted, ...imports, ...body]);
  }

  /** `scopes[0].name` */
  private place(name: string): ts.PropertyAccessExpression {
    const scopes = factory.createIdentifier(RUNTIME.scopes);
    const scope = factory.createElementAccessExpression(scopes, this.options.scopeOf(name));
    return factory.createPropertyAccessExpression(scope, name);
  }

  private keep(name: string, value: ts.Expression): ts.Statement {
    return factory.createExpressionStatement(factory.createAssignment(this.place(name), value));
  }

  /** `run.reached = at`: the declarations up to this statement have been made. */
  private reached(at: number): ts.Statement {
    const reached = factory.createPropertyAccessExpression(factory.createIdentifier(RUNTIME.run), "reached");
    return factory.createExpressionStatement(
      factory.createAssignment(reached, factory.createNumericLiteral(at)),
    );
  }

  private import(statement: ts.ImportDeclaration): ts.Statement[] {
    const { importClause, moduleSpecifier } = statement;
    if (importClause?.isTypeOnly) return [];
    const wanted = importedNames(statement).filter((name) => this.options.names.hasValue(name));
    if (importClause && wanted.length === 0) return [];
    const at = this.options.needs.imports.push((moduleSpecifier as ts.StringLiteral).text) - 1;
    const part = (name: string | ts.Identifier) =>
      factory.createPropertyAccessExpression(
        factory.createElementAccessExpression(factory.createIdentifier(RUNTIME.imports), at),
        name,
      );
    return wanted.map((name) => {
      if (name.parent === importClause) return this.keep(name.text, part("default"));
      if (ts.isNamespaceImport(name.parent)) return this.keep(name.text, part("namespace"));
      const { propertyName, isTypeOnly } = name.parent as ts.ImportSpecifier;
      if (isTypeOnly) return factory.createEmptyStatement();
      const exported = propertyName ?? name;
      if (exported.text === "default") return this.keep(name.text, part("default"));
      return this.keep(
        name.text,
        factory.createElementAccessExpression(part("module"), factory.createStringLiteral(exported.text)),
      );
    });
  }

  private result(statement: ts.ExpressionStatement): ts.Statement {
    const value = ts.visitNode(statement.expression, this.visit) as ts.Expression;
    const returned = factory.createReturnStatement(factory.createArrayLiteralExpression([value]));
    return ts.setTextRange(returned, statement);
  }

  /** A statement at the top of the cell. */
  private statement(statement: ts.Statement): ts.Statement[] {
    if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) || isAmbient(statement))
      return [];
    if (ts.isExportAssignment(statement)) {
      return [
        factory.createExpressionStatement(ts.visitNode(statement.expression, this.visit) as ts.Expression),
      ];
    }
    if (ts.isImportEqualsDeclaration(statement)) return this.importEquals(statement);
    if (ts.isVariableStatement(statement)) return this.variables(statement);
    const plain = hasModifier(statement, SyntaxKind.ExportKeyword)
      ? ts.visitEachChild(statement, (child) => (isExport(child) ? undefined : child), this.context)
      : statement;
    const visited = ts.visitNode(plain, this.visit) as ts.Statement;
    const kept =
      ts.isClassDeclaration(statement) ||
      ts.isEnumDeclaration(statement) ||
      (ts.isModuleDeclaration(statement) && this.options.names.hasValue(statement.name as ts.Identifier));
    if (!kept || !statement.name || !ts.isIdentifier(statement.name)) return [visited];
    const { text } = statement.name;
    return [visited, this.keep(text, factory.createIdentifier(text))];
  }

  private importEquals(statement: ts.ImportEqualsDeclaration): ts.Statement[] {
    const { moduleReference, name, isTypeOnly } = statement;
    if (isTypeOnly || !ts.isExternalModuleReference(moduleReference)) return [];
    const at = this.options.needs.imports.push((moduleReference.expression as ts.StringLiteral).text) - 1;
    const entry = factory.createElementAccessExpression(factory.createIdentifier(RUNTIME.imports), at);
    return [this.keep(name.text, factory.createPropertyAccessExpression(entry, "module"))];
  }

  /** `const x = 1` becomes `scopes[0].x = 1`; `using` stays, for the cell's end has to find it. */
  private variables(statement: ts.VariableStatement): ts.Statement[] {
    const list = statement.declarationList;
    if (list.flags & ts.NodeFlags.Using) {
      const names = list.declarations.map(({ name }) => (name as ts.Identifier).text);
      const kept = names.map((name) => this.keep(name, factory.createIdentifier(name)));
      return [ts.visitNode(statement, this.visit) as ts.Statement, ...kept];
    }
    return list.declarations.flatMap((declaration) => {
      const assigned = this.declaration(declaration, !isVar(list));
      if (!assigned) return [];
      return [ts.setTextRange(factory.createExpressionStatement(assigned), declaration)];
    });
  }

  private declaration(
    { name, initializer }: ts.VariableDeclaration,
    reset: boolean,
  ): ts.Expression | undefined {
    if (!initializer)
      return reset ? factory.createAssignment(this.target(name), factory.createVoidZero()) : undefined;
    const value = ts.visitNode(initializer, this.visit) as ts.Expression;
    const named =
      ts.isIdentifier(name) && isAnonymousFunction(initializer) ? withName(value, name.text) : value;
    return factory.createAssignment(this.target(name), named);
  }

  /** A name or pattern that is declared, as the target of an assignment. */
  private target(name: ts.BindingName): ts.Expression {
    if (ts.isIdentifier(name)) return ts.setTextRange(this.place(name.text), name);
    const element = ({ name: inner, initializer }: ts.BindingElement): ts.Expression => {
      const target = this.target(inner);
      if (!initializer) return target;
      return factory.createAssignment(target, ts.visitNode(initializer, this.visit) as ts.Expression);
    };
    if (ts.isArrayBindingPattern(name)) {
      const elements = name.elements.map((each) =>
        ts.isOmittedExpression(each)
          ? each
          : each.dotDotDotToken
            ? factory.createSpreadElement(this.target(each.name))
            : element(each),
      );
      return factory.createArrayLiteralExpression(elements);
    }
    const properties = name.elements.map((each) => {
      if (each.dotDotDotToken) return factory.createSpreadAssignment(this.target(each.name));
      const key = each.propertyName ?? (each.name as ts.Identifier);
      return factory.createPropertyAssignment(ts.visitNode(key, this.key) as ts.PropertyName, element(each));
    });
    return factory.createObjectLiteralExpression(properties);
  }

  /** A property's name: only computed ones hold anything to visit. */
  private readonly key = (node: ts.Node): ts.Node =>
    ts.isComputedPropertyName(node) ? this.visit(node) : node;

  private readonly visit = (node: ts.Node): ts.Node => {
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return node;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return node;
    if (ts.isIdentifier(node)) return this.identifier(node);
    if (ts.isShorthandPropertyAssignment(node)) return this.shorthand(node);
    if (ts.isCallExpression(node)) return this.call(node);
    if (ts.isTaggedTemplateExpression(node)) {
      const visited = this.children(node) as ts.TaggedTemplateExpression;
      if (visited.tag === node.tag || !ts.isIdentifier(node.tag)) return visited;
      return factory.updateTaggedTemplateExpression(
        visited,
        detached(visited.tag),
        visited.typeArguments,
        visited.template,
      );
    }
    if (ts.isMetaProperty(node) && node.keywordToken === SyntaxKind.ImportKeyword) {
      return factory.createIdentifier(RUNTIME.meta);
    }
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return this.insideFunction(node);
    if (this.functionDepth === 0 && ts.isVariableStatement(node) && isVar(node.declarationList)) {
      return factory.createExpressionStatement(this.nestedVar(node.declarationList));
    }
    if (this.functionDepth === 0 && ts.isVariableDeclarationList(node) && isVar(node))
      return this.nestedVar(node);
    if (this.functionDepth === 0 && this.inLocals.size === 0 && ts.isIterationStatement(node, false)) {
      const variables = arithmeticLoop(node, this.options.names);
      if (variables) return this.loopInLocals(node, variables);
    }
    return interruptible(this.children(node));
  };

  private children(node: ts.Node): ts.Node {
    return ts.visitEachChild(node, this.visit, this.context);
  }

  private insideFunction(node: ts.Node): ts.Node {
    this.functionDepth++;
    const visited = this.children(node);
    this.functionDepth--;
    return visited;
  }

  private identifier(node: ts.Identifier): ts.Expression {
    const name = this.options.names.resolve(node);
    if (name === undefined) return node;
    return this.inLocals.get(name) ?? ts.setTextRange(this.place(name), node);
  }

  private shorthand(node: ts.ShorthandPropertyAssignment): ts.Node {
    const name = this.options.names.resolve(node.name);
    if (name === undefined) return this.children(node);
    const fallback = node.objectAssignmentInitializer;
    const place = this.place(name);
    const value = fallback
      ? factory.createAssignment(place, ts.visitNode(fallback, this.visit) as ts.Expression)
      : place;
    return ts.setTextRange(
      factory.createPropertyAssignment(factory.createIdentifier(node.name.text), value),
      node,
    );
  }

  /** Functions of the notebook are called as functions, not as methods of the object that keeps them. */
  private call(node: ts.CallExpression): ts.Node {
    const visited = this.children(node) as ts.CallExpression;
    if (node.expression.kind === SyntaxKind.ImportKeyword) {
      return factory.createCallExpression(
        factory.createIdentifier(RUNTIME.load),
        undefined,
        visited.arguments,
      );
    }
    if (!ts.isIdentifier(node.expression) || visited.expression === node.expression) return visited;
    const callee = detached(visited.expression);
    const { typeArguments, arguments: args } = visited;
    return node.questionDotToken
      ? factory.updateCallChain(visited as ts.CallChain, callee, node.questionDotToken, typeArguments, args)
      : factory.updateCallExpression(visited, callee, typeArguments, args);
  }

  /** `var` inside a block or the head of a loop: the variable belongs to the notebook all the same. */
  private nestedVar(list: ts.VariableDeclarationList): ts.Expression {
    const { parent, declarations } = list;
    if (ts.isForInStatement(parent) || ts.isForOfStatement(parent)) return this.target(declarations[0]!.name);
    const assigned = declarations.flatMap((each) => this.declaration(each, false) ?? []);
    return assigned.length > 0
      ? assigned.reduce((left, right) => factory.createComma(left, right))
      : factory.createVoidZero();
  }

  /** `{ let x_1 = scopes[0].x; try { … } finally { scopes[0].x = x_1; } }` */
  private loopInLocals(
    loop: ts.IterationStatement,
    { used, changed }: { used: Set<string>; changed: Set<string> },
  ): ts.Node {
    for (const name of used) this.inLocals.set(name, factory.createUniqueName(name));
    const local = (name: string) => this.inLocals.get(name) ?? factory.createIdentifier(name);
    const declarations = [...used].map((name) =>
      factory.createVariableDeclaration(local(name), undefined, undefined, this.place(name)),
    );
    const stored = [...changed].map((name) => this.keep(name, local(name)));
    const visited = interruptible(this.children(loop)) as ts.Statement;
    const list = factory.createVariableDeclarationList(declarations, ts.NodeFlags.Let);
    this.inLocals = new Map();
    return factory.createBlock(
      [
        factory.createVariableStatement(undefined, list),
        factory.createTryStatement(
          factory.createBlock([visited], true),
          undefined,
          factory.createBlock(stored, true),
        ),
      ],
      true,
    );
  }
}

/** `(0, f)`: without the object that it was found on. */
const detached = (callee: ts.Expression) =>
  factory.createParenthesizedExpression(factory.createComma(factory.createNumericLiteral(0), callee));

/** Whether the cell shows this statement's value: an expression that no semicolon ends. */
function isResult(statement: ts.Statement, file: ts.SourceFile): statement is ts.ExpressionStatement {
  return ts.isExpressionStatement(statement) && !statement.getText(file).endsWith(";");
}

function declaresValue(statement: ts.Statement): boolean {
  return (
    ts.isVariableStatement(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement) ||
    ts.isImportEqualsDeclaration(statement)
  );
}

function isAnonymousFunction(node: ts.Expression): boolean {
  return (
    ts.isArrowFunction(node) || ((ts.isFunctionExpression(node) || ts.isClassExpression(node)) && !node.name)
  );
}

/** `{ f: () => 1 }.f`: a function that is assigned to a property gets no name, one that stands in an object does. */
function withName(value: ts.Expression, name: string): ts.Expression {
  const holder = factory.createObjectLiteralExpression([factory.createPropertyAssignment(name, value)]);
  return factory.createPropertyAccessExpression(factory.createParenthesizedExpression(holder), name);
}

const isExport = ({ kind }: ts.Node) =>
  kind === SyntaxKind.ExportKeyword || kind === SyntaxKind.DefaultKeyword;
