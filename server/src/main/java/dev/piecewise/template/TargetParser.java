package dev.piecewise.template;

import dev.piecewise.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Parses what is assigned to, and the parameters of macros. */
final class TargetParser {
    private static final Set<String> CONSTANTS = Set.of("true", "false", "none", "True", "False", "None");

    private final TokenStream tokens;
    private final ExpressionParser expressions;

    TargetParser(TokenStream tokens, ExpressionParser expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    /** Parameters of a macro before it is known which special variables its body uses. */
    record Parameters(List<String> names, List<Expr> defaults) {
        static final Parameters NONE = new Parameters(List.of(), List.of());

        Stmt.Signature signature(Set<String> used) {
            boolean caller = used.contains("caller") && !names.contains("caller");
            return new Stmt.Signature(names, defaults, used.contains("varargs"), used.contains("kwargs"), caller);
        }
    }

    String name() {
        Token token = tokens.expect(Kind.NAME);
        if (CONSTANTS.contains(token.text())) {
            throw TemplateError.syntax("can't assign to 'const'", token.line());
        }
        return token.text();
    }

    /** One variable, or several with commas between them, up to this name or operator. */
    Stmt.Target target(String end) {
        return several(end, false);
    }

    /** As {@link #target}, where an attribute of a namespace can be assigned to as well. */
    Stmt.Target settable() {
        return several("=", true);
    }

    private Stmt.Target several(String end, boolean members) {
        List<Stmt.Target> targets = new ArrayList<>();
        do {
            targets.add(single(members));
            if (!tokens.skipOperator(",")) {
                return targets.size() == 1 ? targets.getFirst() : new Stmt.Target.Several(targets);
            }
        } while (!tokens.atName(end) && !tokens.atOperator(end) && !tokens.at(Kind.BLOCK_END));
        return new Stmt.Target.Several(targets);
    }

    private Stmt.Target single(boolean members) {
        if (tokens.skipOperator("(")) {
            Stmt.Target inside = several(")", members);
            tokens.expectOperator(")");
            return inside;
        }
        String name = name();
        return members && tokens.skipOperator(".")
                ? new Stmt.Target.Member(name, tokens.expect(Kind.NAME).text())
                : new Stmt.Target.Variable(name);
    }

    Parameters parameters() {
        List<String> names = new ArrayList<>();
        List<Expr> defaults = new ArrayList<>();
        tokens.expectOperator("(");
        while (!tokens.skipOperator(")")) {
            if (!names.isEmpty()) {
                tokens.expectOperator(",");
            }
            String name = name();
            names.add(name);
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (name.equals("caller")) {
                throw TemplateError.syntax("the special \"caller\" argument must be given a default", tokens.line());
            } else if (!defaults.isEmpty()) {
                throw TemplateError.syntax("non-default argument follows default argument", tokens.line());
            }
        }
        return new Parameters(names, defaults);
    }
}
