package dev.piecewise.template;

import dev.piecewise.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses expressions, from the loosest operator to the tightest one. */
final class ExpressionParser {
    /** Python's own parser gives up at this depth, too. */
    private static final int MAX_DEPTH = 100;

    private static final Map<String, Expr.Comparator> COMPARATORS = Map.of(
            "==", Expr.Comparator.EQUAL,
            "!=", Expr.Comparator.NOT_EQUAL,
            "<", Expr.Comparator.LESS,
            "<=", Expr.Comparator.LESS_OR_EQUAL,
            ">", Expr.Comparator.GREATER,
            ">=", Expr.Comparator.GREATER_OR_EQUAL);
    private static final Map<String, Expr.Operator> SUMS = Map.of("+", Expr.Operator.ADD, "-", Expr.Operator.SUBTRACT);
    private static final Map<String, Expr.Operator> PRODUCTS = Map.of(
            "*", Expr.Operator.MULTIPLY,
            "/", Expr.Operator.DIVIDE,
            "//", Expr.Operator.FLOOR_DIVIDE,
            "%", Expr.Operator.MODULO);

    private final TokenStream tokens;
    private final Names names;
    private final PrimaryParser primaries;
    private int depth;

    ExpressionParser(TokenStream tokens, Names names) {
        this.tokens = tokens;
        this.names = names;
        primaries = new PrimaryParser(tokens, names, this);
    }

    PrimaryParser primaries() {
        return primaries;
    }

    /** A whole expression, {@code a if b else c} included. */
    Expr expression() {
        if (++depth > MAX_DEPTH) {
            throw TemplateError.syntax("too many nested parentheses", tokens.line());
        }
        int mark = names.mark();
        Expr expression = or();
        while (tokens.skipName("if")) {
            Expr condition = or();
            Expr otherwise = tokens.skipName("else") ? expression() : null;
            expression = new Expr.Conditional(condition, expression, otherwise);
            names.forgive(mark);
        }
        depth--;
        return expression;
    }

    /** Expressions with commas between them are a tuple, one alone is itself. */
    Expr tuple() {
        return tuple(true, null);
    }

    /** As {@link #tuple()}; with {@code conditional} false, {@code if} ends it, as does the name {@code end}. */
    Expr tuple(boolean conditional, @Nullable String end) {
        if (atTupleEnd(end)) {
            throw TemplateError.syntax(
                    "Expected an expression, got '" + tokens.current().described() + "'", tokens.line());
        }
        return items(conditional, end);
    }

    /** As {@link #tuple()}, where nothing at all is the empty tuple. */
    Expr items(boolean conditional, @Nullable String end) {
        List<Expr> items = new ArrayList<>();
        while (!atTupleEnd(end)) {
            items.add(conditional ? expression() : or());
            if (!tokens.skipOperator(",")) {
                return items.size() == 1 ? items.getFirst() : new Expr.TupleOf(items);
            }
        }
        return new Expr.TupleOf(items);
    }

    private boolean atTupleEnd(@Nullable String end) {
        return tokens.at(Kind.VARIABLE_END)
                || tokens.at(Kind.BLOCK_END)
                || tokens.atOperator(")")
                || (end != null && tokens.atName(end));
    }

    private Expr or() {
        Expr left = and();
        while (tokens.skipName("or")) {
            left = new Expr.Or(left, and());
        }
        return left;
    }

    private Expr and() {
        Expr left = not();
        while (tokens.skipName("and")) {
            left = new Expr.And(left, not());
        }
        return left;
    }

    private Expr not() {
        int negations = 0;
        while (tokens.skipName("not")) {
            negations++;
        }
        Expr expression = comparison();
        for (int i = 0; i < Math.min(negations, 2 + negations % 2); i++) {
            expression = new Expr.Not(expression);
        }
        return expression;
    }

    private Expr comparison() {
        Expr first = sum();
        List<Expr.Operand> rest = new ArrayList<>();
        for (Expr.Comparator next = comparator(); next != null; next = comparator()) {
            rest.add(new Expr.Operand(next, sum()));
        }
        return rest.isEmpty() ? first : new Expr.Compare(first, rest);
    }

    private Expr.@Nullable Comparator comparator() {
        Token token = tokens.current();
        if (token.is(Kind.OPERATOR) && COMPARATORS.containsKey(token.text())) {
            return COMPARATORS.get(tokens.take().text());
        }
        if (tokens.skipName("in")) {
            return Expr.Comparator.IN;
        }
        if (tokens.atName("not") && tokens.following().isName("in")) {
            tokens.take();
            tokens.take();
            return Expr.Comparator.NOT_IN;
        }
        return null;
    }

    private Expr sum() {
        Expr left = concat();
        for (Expr.Operator next = operator(SUMS); next != null; next = operator(SUMS)) {
            left = new Expr.Binary(next, left, concat());
        }
        return left;
    }

    private Expr concat() {
        List<Expr> parts = new ArrayList<>();
        do {
            parts.add(product());
        } while (tokens.skipOperator("~"));
        return parts.size() == 1 ? parts.getFirst() : new Expr.Concat(parts);
    }

    private Expr product() {
        Expr left = power();
        for (Expr.Operator next = operator(PRODUCTS); next != null; next = operator(PRODUCTS)) {
            left = new Expr.Binary(next, left, power());
        }
        return left;
    }

    private Expr power() {
        Expr left = primaries.unary();
        while (tokens.skipOperator("**")) {
            left = new Expr.Binary(Expr.Operator.POWER, left, primaries.unary());
        }
        return left;
    }

    private Expr.@Nullable Operator operator(Map<String, Expr.Operator> operators) {
        Token token = tokens.current();
        Expr.Operator operator = token.is(Kind.OPERATOR) ? operators.get(token.text()) : null;
        if (operator != null) {
            tokens.take();
        }
        return operator;
    }
}
