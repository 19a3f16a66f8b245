import type { TypeMember, TypeRef } from "../source.js";
import { kinds, type ts } from "./compiler.js";
import { propertyName } from "./names.js";
import type { SourceReader } from "./reader.js";

const MAX_DEPTH = 8;
const MAX_MEMBERS = 200;

const UNKNOWN_TYPE: TypeRef = { name: "unknown", args: [], members: null, literal: null };

/**
 * A type as written. Beside plain names: `|`, `&`, `[]`, `[,]` (a tuple), `{}` (a literal, with members), `=>` (a function;
 * its result and then its parameters), `typeof` and `keyof` (of `args[0]`), `.[]` (`Order["id"]`: object and index),
 * `?:` (a conditional type: its two results), `{in}` (a mapped type). `readonly` and parentheses leave no trace, `Array<T>` is `T[]`.
 */
export function typeRef(reader: SourceReader, node: ts.TypeNode, depth = 0): TypeRef {
  if (depth > MAX_DEPTH) return UNKNOWN_TYPE;
  switch (node.kind) {
    case kinds.TypeReference: {
      const { typeName, typeArguments } = node as ts.TypeReferenceNode;
      return namedType(reader, entityName(typeName), typeArguments, depth);
    }
    case kinds.ExpressionWithTypeArguments: {
      const { expression, typeArguments } = node as ts.ExpressionWithTypeArguments;
      return namedType(reader, entityName(expression), typeArguments, depth);
    }
    case kinds.TypeLiteral:
      return { name: "{}", args: [], members: typeMembers(reader, (node as ts.TypeLiteralNode).members, depth + 1), literal: null };
    case kinds.ArrayType:
      return named("[]", [typeRef(reader, (node as ts.ArrayTypeNode).elementType, depth + 1)]);
    case kinds.UnionType:
      return named("|", typeList(reader, (node as ts.UnionTypeNode).types, depth));
    case kinds.IntersectionType:
      return named("&", typeList(reader, (node as ts.IntersectionTypeNode).types, depth));
    case kinds.TupleType:
      return named("[,]", typeList(reader, (node as ts.TupleTypeNode).elements, depth));
    case kinds.LiteralType:
      return literalType((node as ts.LiteralTypeNode).literal);
    case kinds.ParenthesizedType:
    case kinds.OptionalType:
    case kinds.RestType:
    case kinds.NamedTupleMember:
      return typeRef(reader, (node as ts.ParenthesizedTypeNode).type, depth);
    case kinds.TypeOperator: {
      const { operator, type } = node as ts.TypeOperatorNode;
      const operand = typeRef(reader, type, depth + 1);
      return operator === kinds.KeyOfKeyword ? named("keyof", [operand]) : operand;
    }
    default:
      return rareType(reader, node, depth);
  }
}

function rareType(reader: SourceReader, node: ts.TypeNode, depth: number): TypeRef {
  switch (node.kind) {
    case kinds.TypeQuery:
      return named("typeof", [named(entityName((node as ts.TypeQueryNode).exprName), [])]);
    case kinds.FunctionType: {
      const { type, parameters } = node as ts.FunctionTypeNode;
      return functionType(reader, type, parameters, depth);
    }
    case kinds.IndexedAccessType: {
      const { objectType, indexType } = node as ts.IndexedAccessTypeNode;
      return named(".[]", [typeRef(reader, objectType, depth + 1), typeRef(reader, indexType, depth + 1)]);
    }
    case kinds.ConditionalType: {
      const { trueType, falseType } = node as ts.ConditionalTypeNode;
      return named("?:", [typeRef(reader, trueType, depth + 1), typeRef(reader, falseType, depth + 1)]);
    }
    case kinds.ImportType: {
      const { qualifier, typeArguments } = node as ts.ImportTypeNode;
      return namedType(reader, qualifier === undefined ? "import" : entityName(qualifier), typeArguments, depth);
    }
    case kinds.MappedType:
      return named("{in}", []);
    case kinds.TypePredicate:
      return named("boolean", []);
    case kinds.TemplateLiteralType:
      return named("string", []);
    case kinds.ThisType:
      return named("this", []);
    default:
      return named(keywordName(reader, node), []);
  }
}

/** The members of an interface, a class-like type or a type literal. */
export function typeMembers(reader: SourceReader, members: readonly ts.TypeElement[], depth = 0): TypeMember[] {
  const found: TypeMember[] = [];
  for (const member of members) {
    if (found.length >= MAX_MEMBERS) break;
    const name = member.kind === kinds.IndexSignature ? "[]" : member.name === undefined ? "" : propertyName(member.name);
    if (name === "") continue;
    found.push({
      name,
      type: memberType(reader, member, depth),
      optional: member.questionToken !== undefined,
      lines: reader.linesOf(member),
    });
  }
  return found;
}

function memberType(reader: SourceReader, member: ts.TypeElement, depth: number): TypeRef | null {
  const { type, parameters } = member as ts.MethodSignature;
  if (member.kind === kinds.MethodSignature) return functionType(reader, type, parameters, depth);
  return type === undefined ? null : typeRef(reader, type, depth);
}

function functionType(
  reader: SourceReader,
  type: ts.TypeNode | undefined,
  parameters: readonly ts.ParameterDeclaration[],
  depth: number,
): TypeRef {
  const result = type === undefined ? UNKNOWN_TYPE : typeRef(reader, type, depth + 1);
  const taken = parameters.slice(0, 8).map((each) => (each.type === undefined ? UNKNOWN_TYPE : typeRef(reader, each.type, depth + 1)));
  return named("=>", [result, ...taken]);
}

export function typeList(reader: SourceReader, nodes: readonly ts.TypeNode[] | undefined, depth = 0): TypeRef[] {
  if (nodes === undefined) return [];
  return nodes.slice(0, MAX_MEMBERS).map((node) => typeRef(reader, node, depth + 1));
}

function namedType(reader: SourceReader, name: string, typeArguments: readonly ts.TypeNode[] | undefined, depth: number): TypeRef {
  const args = typeList(reader, typeArguments, depth);
  return named((name === "Array" || name === "ReadonlyArray") && args.length === 1 ? "[]" : name, args);
}

function named(name: string, args: readonly TypeRef[]): TypeRef {
  return { name, args, members: null, literal: null };
}

function literalType(node: ts.LiteralTypeNode["literal"]): TypeRef {
  switch (node.kind) {
    case kinds.StringLiteral:
    case kinds.NoSubstitutionTemplateLiteral:
      return { name: "string", args: [], members: null, literal: JSON.stringify((node as ts.StringLiteral).text) };
    case kinds.NumericLiteral:
      return { name: "number", args: [], members: null, literal: (node as ts.NumericLiteral).text };
    case kinds.PrefixUnaryExpression: {
      const { operand } = node as ts.PrefixUnaryExpression;
      return {
        name: "number",
        args: [],
        members: null,
        literal: operand.kind === kinds.NumericLiteral ? `-${(operand as ts.NumericLiteral).text}` : null,
      };
    }
    case kinds.TrueKeyword:
      return { name: "boolean", args: [], members: null, literal: "true" };
    case kinds.FalseKeyword:
      return { name: "boolean", args: [], members: null, literal: "false" };
    default:
      return named("null", []);
  }
}

/** `nest.ClientProxy`; empty for what is no name. */
function entityName(node: ts.Node): string {
  let suffix = "";
  let part = node;
  for (let depth = 0; depth < 8; depth += 1) {
    if (part.kind === kinds.Identifier) return (part as ts.Identifier).text + suffix;
    if (part.kind === kinds.QualifiedName) {
      const { left, right } = part as ts.QualifiedName;
      suffix = `.${right.text}${suffix}`;
      part = left;
    } else if (part.kind === kinds.PropertyAccessExpression) {
      const { expression, name } = part as ts.PropertyAccessExpression;
      suffix = `.${name.text}${suffix}`;
      part = expression;
    } else break;
  }
  return suffix.slice(1);
}

/** Keyword types are written as they are called: `string`, `unknown`, `void`. */
function keywordName(reader: SourceReader, node: ts.TypeNode): string {
  if (node.kind < kinds.FirstKeyword || node.kind > kinds.LastKeyword) return "unknown";
  return reader.text.slice(reader.start(node), node.end);
}
