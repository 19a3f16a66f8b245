import { readCall, readTaggedTemplate } from "./calls.js";
import { readClassExpression } from "./classes.js";
import { kinds } from "./compiler.js";
import * as expressions from "./expressions.js";
import { readFunctionExpression } from "./functions.js";
import * as modules from "./modules.js";
import { readBinary } from "./operators.js";
import type { ExpressionReading, Readings, StatementReading } from "./reader.js";
import * as statements from "./statements.js";

let readings: Readings | null = null;

/** Which reading belongs to which kind of syntax. The compiler must be loaded. */
export function allReadings(): Readings {
  readings ??= { expressions: byKind(expressionReadings()), statements: byKind(statementReadings()) };
  return readings;
}

function byKind<T>(pairs: readonly (readonly [number, T])[]): (T | undefined)[] {
  const table: (T | undefined)[] = Array.from({ length: Math.max(...pairs.map(([kind]) => kind)) + 1 });
  for (const [kind, reading] of pairs) table[kind] = reading;
  return table;
}

function expressionReadings(): [number, ExpressionReading][] {
  return [
    [kinds.StringLiteral, expressions.readText],
    [kinds.NoSubstitutionTemplateLiteral, expressions.readText],
    [kinds.NumericLiteral, expressions.readNumber],
    [kinds.BigIntLiteral, expressions.readOpaque],
    [kinds.RegularExpressionLiteral, expressions.readOpaque],
    [kinds.TrueKeyword, expressions.readBoolean],
    [kinds.FalseKeyword, expressions.readBoolean],
    [kinds.NullKeyword, expressions.readNull],
    [kinds.Identifier, expressions.readIdentifier],
    [kinds.ThisKeyword, expressions.readThis],
    [kinds.SuperKeyword, expressions.readThis],
    [kinds.MetaProperty, expressions.readMetaProperty],
    [kinds.ParenthesizedExpression, expressions.readThrough],
    [kinds.AsExpression, expressions.readThrough],
    [kinds.SatisfiesExpression, expressions.readThrough],
    [kinds.TypeAssertionExpression, expressions.readThrough],
    [kinds.NonNullExpression, expressions.readThrough],
    [kinds.ExpressionWithTypeArguments, expressions.readThrough],
    [kinds.AwaitExpression, expressions.readAwait],
    [kinds.YieldExpression, expressions.readYield],
    [kinds.VoidExpression, expressions.readDiscarded],
    [kinds.TypeOfExpression, expressions.readDiscarded],
    [kinds.DeleteExpression, expressions.readDiscarded],
    [kinds.PrefixUnaryExpression, expressions.readPrefix],
    [kinds.PostfixUnaryExpression, expressions.readPostfix],
    [kinds.PropertyAccessExpression, expressions.readMember],
    [kinds.ElementAccessExpression, expressions.readElement],
    [kinds.TemplateExpression, expressions.readTemplate],
    [kinds.ConditionalExpression, expressions.readConditional],
    [kinds.SpreadElement, expressions.readSpread],
    [kinds.ArrayLiteralExpression, expressions.readArray],
    [kinds.ObjectLiteralExpression, expressions.readObject],
    [kinds.BinaryExpression, readBinary],
    [kinds.CallExpression, readCall],
    [kinds.NewExpression, readCall],
    [kinds.TaggedTemplateExpression, readTaggedTemplate],
    [kinds.ArrowFunction, readFunctionExpression],
    [kinds.FunctionExpression, readFunctionExpression],
    [kinds.MethodDeclaration, readFunctionExpression],
    [kinds.GetAccessor, readFunctionExpression],
    [kinds.SetAccessor, readFunctionExpression],
    [kinds.ClassExpression, readClassExpression],
  ];
}

function statementReadings(): [number, StatementReading][] {
  return [
    [kinds.ExpressionStatement, statements.readExpressionStatement],
    [kinds.VariableStatement, modules.readExportedVariables],
    [kinds.ReturnStatement, statements.readReturn],
    [kinds.ThrowStatement, statements.readThrow],
    [kinds.Block, statements.readPlainBlock],
    [kinds.IfStatement, statements.readIf],
    [kinds.SwitchStatement, statements.readSwitch],
    [kinds.TryStatement, statements.readTry],
    [kinds.ForOfStatement, statements.readForOf],
    [kinds.ForInStatement, statements.readForOf],
    [kinds.ForStatement, statements.readFor],
    [kinds.WhileStatement, statements.readWhile],
    [kinds.DoStatement, statements.readWhile],
    [kinds.BreakStatement, statements.readJump],
    [kinds.ContinueStatement, statements.readJump],
    [kinds.LabeledStatement, statements.readLabeled],
    [kinds.WithStatement, statements.readWith],
    [kinds.FunctionDeclaration, modules.readExportedFunction],
    [kinds.ClassDeclaration, modules.readExportedClass],
    [kinds.InterfaceDeclaration, modules.readExportedInterface],
    [kinds.TypeAliasDeclaration, modules.readExportedAlias],
    [kinds.EnumDeclaration, modules.readExportedEnum],
    [kinds.ModuleDeclaration, modules.readNamespace],
    [kinds.ImportDeclaration, modules.readImport],
    [kinds.ImportEqualsDeclaration, modules.readImportEquals],
    [kinds.ExportDeclaration, modules.readExport],
    [kinds.ExportAssignment, modules.readExportAssignment],
  ];
}
