package dev.piecewise.template;

import dev.piecewise.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parses what binds tightest: names, literals, attributes, subscripts, calls, filters and tests. */
final class PrimaryParser {
    private final TokenStream tokens;
    private final Names names;
    private final ExpressionParser expressions;

    PrimaryParser(TokenStream tokens, Names names, ExpressionParser expressions) {
        this.tokens = tokens;
        this.names = names;
        this.expressions = expressions;
    }

    Expr unary() {
        return filtered(postfix(signed()));
    }

    /** A sign binds tighter than a filter, but looser than an attribute. */
    private Expr signed() {
        List<Boolean> signs = new ArrayList<>();
        while (tokens.atOperator("-") || tokens.atOperator("+")) {
            signs.add(tokens.take().text().equals("-"));
            if (signs.size() > 50) {
                throw TemplateError.syntax("too many signs", tokens.line());
            }
        }
        Expr operand = primary();
        for (boolean negative : signs.reversed()) {
            operand = new Expr.Unary(negative, postfix(operand));
        }
        return operand;
    }

    Expr primary() {
        Token token = tokens.take();
        return switch (token.kind()) {
            case NAME -> name(token);
            case STRING -> string(token);
            case NUMBER -> new Expr.Literal(token.value());
            case OPERATOR -> bracketed(token);
            case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END -> throw unexpected(token);
        };
    }

    private Expr name(Token token) {
        return switch (token.text()) {
            case "true", "True" -> new Expr.Literal(true);
            case "false", "False" -> new Expr.Literal(false);
            case "none", "None" -> new Expr.Literal(None.NONE);
            default -> {
                names.used(token.text());
                yield new Expr.Name(token.text());
            }
        };
    }

    /** Strings side by side are one. */
    private Expr string(Token first) {
        StringBuilder text = new StringBuilder((String) first.value());
        while (tokens.at(Kind.STRING)) {
            text.append((String) tokens.take().value());
        }
        return new Expr.Literal(text.toString());
    }

    private Expr bracketed(Token token) {
        return switch (token.text()) {
            case "(" -> {
                Expr inside = expressions.items(true, null);
                tokens.expectOperator(")");
                yield inside;
            }
            case "[" -> list();
            case "{" -> dict();
            default -> throw unexpected(token);
        };
    }

    private Expr list() {
        List<Expr> items = new ArrayList<>();
        while (!tokens.skipOperator("]")) {
            items.add(expressions.expression());
            if (!tokens.atOperator("]")) {
                tokens.expectOperator(",");
            }
        }
        return new Expr.ListOf(items);
    }

    private Expr dict() {
        List<Expr.Pair> pairs = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            Expr key = expressions.expression();
            tokens.expectOperator(":");
            pairs.add(new Expr.Pair(key, expressions.expression()));
            if (!tokens.atOperator("}")) {
                tokens.expectOperator(",");
            }
        }
        return new Expr.DictOf(pairs);
    }

    private static TemplateError unexpected(Token token) {
        return TemplateError.syntax("unexpected '" + token.described() + "'", token.line());
    }

    private Expr postfix(Expr start) {
        Expr expression = start;
        while (true) {
            if (tokens.skipOperator(".")) {
                expression = attribute(expression);
            } else if (tokens.skipOperator("[")) {
                expression = subscript(expression);
            } else if (tokens.skipOperator("(")) {
                expression = new Expr.Call(expression, inputs());
            } else {
                return expression;
            }
        }
    }

    private Expr attribute(Expr object) {
        Token token = tokens.take();
        if (token.is(Kind.NAME)) {
            return new Expr.Attribute(object, token.text());
        }
        if (token.is(Kind.NUMBER) && token.value() instanceof Long) {
            return new Expr.Item(object, new Expr.Literal(token.value()));
        }
        throw TemplateError.syntax("expected name or number", token.line());
    }

    /** Nothing, or several things with commas between them, are a tuple, which is no key of anything but a dict. */
    private Expr subscript(Expr object) {
        List<Expr> parts = new ArrayList<>();
        while (parts.isEmpty() ? !tokens.atOperator("]") : tokens.skipOperator(",")) {
            parts.add(part(object));
        }
        tokens.expectOperator("]");
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        List<Expr> indexes = parts.stream()
                .map(part -> part instanceof Expr.Item item ? item.index() : part)
                .toList();
        return new Expr.Item(object, new Expr.TupleOf(indexes));
    }

    private Expr part(Expr object) {
        Expr start = tokens.atOperator(":") ? null : expressions.expression();
        if (start != null && !tokens.atOperator(":")) {
            return new Expr.Item(object, start);
        }
        tokens.expectOperator(":");
        Expr stop = bound();
        Expr step = tokens.skipOperator(":") ? bound() : null;
        return new Expr.Slice(object, start, stop, step);
    }

    private @Nullable Expr bound() {
        return tokens.atOperator(":") || tokens.atOperator("]") || tokens.atOperator(",")
                ? null
                : expressions.expression();
    }

    /** What stands in a call's parentheses; the opening one is read already. */
    private Expr.Inputs inputs() {
        List<Expr> positional = new ArrayList<>();
        List<Expr.Keyword> named = new ArrayList<>();
        Expr more = null;
        Expr moreNamed = null;
        while (!tokens.skipOperator(")")) {
            if (tokens.skipOperator("*")) {
                ensure(more == null && moreNamed == null);
                more = expressions.expression();
            } else if (tokens.skipOperator("**")) {
                ensure(moreNamed == null);
                moreNamed = expressions.expression();
            } else if (tokens.at(Kind.NAME) && tokens.following().isOperator("=")) {
                ensure(moreNamed == null);
                String name = tokens.take().text();
                tokens.take();
                named.add(new Expr.Keyword(name, expressions.expression()));
            } else {
                ensure(more == null && moreNamed == null && named.isEmpty());
                positional.add(expressions.expression());
            }
            if (!tokens.atOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new Expr.Inputs(positional, named, more, moreNamed);
    }

    private void ensure(boolean holds) {
        if (!holds) {
            throw TemplateError.syntax("invalid syntax for function call expression", tokens.line());
        }
    }

    private Expr filtered(Expr start) {
        Expr expression = start;
        while (true) {
            if (tokens.skipOperator("|")) {
                expression = filter(expression);
            } else if (tokens.skipName("is")) {
                expression = test(expression);
            } else if (tokens.skipOperator("(")) {
                expression = new Expr.Call(expression, inputs());
            } else {
                return expression;
            }
        }
    }

    /** All filters that follow; the expression is null where a block is filtered. */
    @Nullable Expr filters(@Nullable Expr input) {
        Expr expression = input;
        while (tokens.skipOperator("|")) {
            expression = filter(expression);
        }
        return expression;
    }

    Expr filter(@Nullable Expr input) {
        int line = tokens.line();
        String name = dotted();
        Filter filter = Filters.ALL.get(name);
        if (filter == null) {
            names.unknown("filter", name, line);
        }
        return new Expr.Filtered(input, name, filter, tokens.skipOperator("(") ? inputs() : Expr.Inputs.NONE);
    }

    private String dotted() {
        StringBuilder name = new StringBuilder(tokens.expect(Kind.NAME).text());
        while (tokens.skipOperator(".")) {
            name.append('.').append(tokens.expect(Kind.NAME).text());
        }
        return name.toString();
    }

    private Expr test(Expr input) {
        boolean negated = tokens.skipName("not");
        int line = tokens.line();
        String name = dotted();
        Test test = Tests.ALL.get(name);
        if (test == null) {
            names.unknown("test", name, line);
        }
        Expr tested = new Expr.Tested(input, name, test, testInputs());
        return negated ? new Expr.Not(tested) : tested;
    }

    /** A test's argument needs no parentheses. */
    private Expr.Inputs testInputs() {
        if (tokens.skipOperator("(")) {
            return inputs();
        }
        if (tokens.atName("else") || tokens.atName("or") || tokens.atName("and")) {
            return Expr.Inputs.NONE;
        }
        if (tokens.atName("is")) {
            throw TemplateError.syntax("You cannot chain multiple tests with is", tokens.line());
        }
        boolean argument = tokens.at(Kind.NAME)
                || tokens.at(Kind.STRING)
                || tokens.at(Kind.NUMBER)
                || tokens.atOperator("[")
                || tokens.atOperator("{");
        return argument ? new Expr.Inputs(List.of(postfix(primary())), List.of(), null, null) : Expr.Inputs.NONE;
    }
}
