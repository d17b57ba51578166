import ts from "typescript";

/**
 * What a name at the top of a cell is to later cells.
 *
 * `variable` and `constant` have a value, `symbol` is anything that is taken over by importing it (functions,
 * classes, enums, namespaces, imports), `type` has no value, and `ambient` (`declare …`) has one that the cell does
 * not make.
 */
export type DeclarationKind = "variable" | "constant" | "symbol" | "type" | "ambient";

export interface Declaration {
  kind: DeclarationKind;
  /** Number of the statement that has to have run before the name has its value; -1 when it has one at once. */
  statement: number;
}

/** The names that a cell declares at its top, in order. A `var` inside a block or loop belongs there, too. */
export function topLevelDeclarations(statements: readonly ts.Statement[]): Map<string, Declaration> {
  const names = new Map<string, Declaration>();
  const add = (name: string, kind: DeclarationKind, statement = -1) => {
    const before = names.get(name);
    // One name may be a type and a value at once: then it has to be imported.
    const merged = before !== undefined && (before.kind === "type") !== (kind === "type");
    names.set(name, {
      kind: merged ? "symbol" : kind,
      statement: Math.max(statement, before?.statement ?? -1),
    });
  };
  statements.forEach((statement, at) => {
    if (isAmbient(statement)) declaredNames(statement).forEach((name) => add(name, "ambient"));
    else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
      add(statement.name.text, "type");
    } else if (ts.isFunctionDeclaration(statement)) {
      declaredNames(statement).forEach((name) => add(name, "symbol"));
    } else if (ts.isVariableStatement(statement)) {
      const { declarationList } = statement;
      const kind = isReassignable(declarationList) ? "variable" : "constant";
      const from = isVar(declarationList) ? -1 : at;
      boundNames(declarationList).forEach((name) => add(name, kind, from));
    } else declaredNames(statement).forEach((name) => add(name, "symbol", at));
    hoistedVars(statement).forEach((name) => add(name, "variable"));
  });
  return names;
}

/** Whether a statement says `declare`. */
export function isAmbient(statement: ts.Statement): boolean {
  return hasModifier(statement, ts.SyntaxKind.DeclareKeyword);
}

export function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((each) => each.kind === kind) ?? false);
}

/** Names that a statement declares, other than the variables inside its blocks. */
export function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) return boundNames(statement.declarationList);
  if (ts.isImportDeclaration(statement)) return importedNames(statement).map(({ text }) => text);
  const named =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isImportEqualsDeclaration(statement);
  return named && statement.name && ts.isIdentifier(statement.name) ? [statement.name.text] : [];
}

/** The local names of an import. */
export function importedNames({ importClause }: ts.ImportDeclaration): ts.Identifier[] {
  const names = importClause?.name ? [importClause.name] : [];
  const bindings = importClause?.namedBindings;
  if (!bindings) return names;
  if (ts.isNamespaceImport(bindings)) return [...names, bindings.name];
  return [...names, ...bindings.elements.map(({ name }) => name)];
}

const isReassignable = ({ flags }: ts.VariableDeclarationList) =>
  (flags & ts.NodeFlags.Const) === 0 && (flags & ts.NodeFlags.Using) === 0;

/** Whether a list says `var`. */
export const isVar = ({ flags }: ts.VariableDeclarationList) => (flags & ts.NodeFlags.BlockScoped) === 0;

/** The names that a list of variables binds, destructuring included. */
export function boundNames(list: ts.VariableDeclarationList): string[] {
  const of = (name: ts.BindingName): string[] =>
    ts.isIdentifier(name)
      ? [name.text]
      : name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : of(element.name)));
  return list.declarations.flatMap(({ name }) => of(name));
}

/** The `var`s in a statement that belong to the cell and not to a function in it. */
export function hoistedVars(statement: ts.Statement): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return;
    if (ts.isVariableDeclarationList(node) && isVar(node)) names.push(...boundNames(node));
    ts.forEachChild(node, visit);
  };
  if (!isAmbient(statement)) visit(statement);
  return names;
}

/** All identifiers that occur in a cell, whatever they stand for. */
export function identifiersOf(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

/** Names that the cell's own `export` statements and modifiers export already. */
export function exportedNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  for (const statement of file.statements) {
    if (hasModifier(statement, ts.SyntaxKind.ExportKeyword))
      declaredNames(statement).forEach((name) => names.add(name));
    if (
      ts.isExportDeclaration(statement) &&
      statement.exportClause &&
      ts.isNamedExports(statement.exportClause)
    )
      statement.exportClause.elements.forEach(({ name }) => names.add(name.text));
  }
  return names;
}
