package dev.piecewise.template;

import dev.piecewise.template.Token.Kind;
import java.util.List;

/** The tokens of a template, read one after the other. */
final class TokenStream {
    private final List<Token> tokens;
    private int next;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(next);
    }

    Token following() {
        return tokens.get(Math.min(next + 1, tokens.size() - 1));
    }

    int line() {
        return current().line();
    }

    /** The current token; the one behind it becomes current. */
    Token take() {
        Token token = current();
        if (!token.is(Kind.END)) {
            next++;
        }
        return token;
    }

    boolean at(Kind kind) {
        return current().is(kind);
    }

    boolean atOperator(String operator) {
        return current().isOperator(operator);
    }

    boolean atName(String name) {
        return current().isName(name);
    }

    boolean skipOperator(String operator) {
        boolean there = atOperator(operator);
        if (there) {
            next++;
        }
        return there;
    }

    boolean skipName(String name) {
        boolean there = atName(name);
        if (there) {
            next++;
        }
        return there;
    }

    Token expect(Kind kind) {
        if (!at(kind)) {
            throw unexpected(new Token(kind, kind == Kind.NAME ? "name" : "", "", 0).described());
        }
        return take();
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected(operator);
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected(name);
        }
    }

    TemplateError unexpected(String wanted) {
        String message = at(Kind.END)
                ? "unexpected end of template, expected '" + wanted + "'."
                : "expected token '" + wanted + "', got '" + current().described() + "'";
        return TemplateError.syntax(message, line());
    }
}
