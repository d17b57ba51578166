import ts from "typescript";
import { isAmbient, isVar } from "./declarations";

/**
 * Tells which identifiers of a cell stand for variables of the notebook: those that this cell declares at its top,
 * and those of earlier cells, which the compiler sees declared behind the cell's own text.
 */
export class NotebookNames {
  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly file: ts.SourceFile,
    /** Where the cell's own text ends. */
    private readonly length: number,
  ) {}

  /** The name under which an expression's identifier is kept in the notebook; `undefined` for everything else. */
  resolve(node: ts.Identifier): string | undefined {
    const { parent } = node;
    if (ts.isShorthandPropertyAssignment(parent) && parent.name === node) {
      return this.nameOf(this.checker.getShorthandAssignmentValueSymbol(parent), node);
    }
    if ("name" in parent && parent.name === node) return undefined;
    if (ts.isBindingElement(parent) && parent.propertyName === node) return undefined;
    if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return undefined;
    return this.nameOf(this.checker.getSymbolAtLocation(node), node);
  }

  private nameOf(symbol: ts.Symbol | undefined, node: ts.Node): string | undefined {
    const declaration = symbol?.declarations?.find((each) => this.isKept(each));
    if (!declaration) return undefined;
    // Inside its own body a class (enum, namespace) is itself, also while its static parts are still being made.
    const ownBody =
      (ts.isClassDeclaration(declaration) ||
        ts.isEnumDeclaration(declaration) ||
        ts.isModuleDeclaration(declaration)) &&
      ts.findAncestor(node, (each) => each === declaration) !== undefined;
    return ownBody ? undefined : symbol?.name;
  }

  private isKept(declaration: ts.Declaration): boolean {
    if (declaration.getSourceFile() !== this.file) return false;
    const statement = topStatement(declaration);
    if (!statement) return false;
    return declaration.getStart(this.file) >= this.length || !isAmbient(statement);
  }

  /** Whether a namespace, or an import, is more than types. */
  hasValue(name: ts.Identifier): boolean {
    const symbol = this.checker.getSymbolAtLocation(name);
    if (!symbol) return true;
    const target = symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
    return (target.flags & ts.SymbolFlags.Value) !== 0;
  }

  /** Whether an expression's type is a plain number, text or truth value, so that using it calls nobody's code. */
  isPrimitive(node: ts.Expression): boolean {
    const plain =
      ts.TypeFlags.NumberLike | ts.TypeFlags.StringLike | ts.TypeFlags.BooleanLike | ts.TypeFlags.BigIntLike;
    const isPlain = (type: ts.Type): boolean =>
      type.isUnion() ? type.types.every(isPlain) : (type.flags & plain) !== 0;
    return isPlain(this.checker.getTypeAtLocation(node));
  }

  /** Whether an expression is an array or a typed array of plain values, whose elements are read as they stand. */
  isPlainArray(node: ts.Expression): boolean {
    const type = this.checker.getTypeAtLocation(node);
    return (
      this.checker.isArrayType(type) ||
      /^(Ui|I)nt\d+Array|^Uint8ClampedArray|^Float\d+Array/.test(this.checker.typeToString(type))
    );
  }
}

/** The statement at the top of the file that a declaration is part of, if it binds a name there. */
function topStatement(declaration: ts.Declaration): ts.Statement | undefined {
  if (ts.isVariableDeclaration(declaration) || ts.isBindingElement(declaration)) {
    const bound = ts.isVariableDeclaration(declaration)
      ? declaration
      : ts.walkUpBindingElementsAndPatterns(declaration);
    return ts.isVariableDeclaration(bound) && ts.isVariableDeclarationList(bound.parent)
      ? topStatementOfList(bound.parent)
      : undefined;
  }
  const inImport =
    ts.isImportClause(declaration) || ts.isNamespaceImport(declaration) || ts.isImportSpecifier(declaration);
  if (inImport) return ts.findAncestor(declaration, ts.isImportDeclaration);
  return ts.isSourceFile(declaration.parent) ? (declaration as ts.Node as ts.Statement) : undefined;
}

function topStatementOfList(list: ts.VariableDeclarationList): ts.Statement | undefined {
  if (!isVar(list)) {
    return ts.isVariableStatement(list.parent) && ts.isSourceFile(list.parent.parent)
      ? list.parent
      : undefined;
  }
  const container = ts.findAncestor(
    list,
    (node) =>
      ts.isFunctionLike(node) ||
      ts.isModuleBlock(node) ||
      ts.isClassStaticBlockDeclaration(node) ||
      ts.isSourceFile(node),
  );
  if (!container || !ts.isSourceFile(container)) return undefined;
  return ts.findAncestor(list, (node): node is ts.Statement => ts.isSourceFile(node.parent));
}
