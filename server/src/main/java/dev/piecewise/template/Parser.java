package dev.piecewise.template;

import dev.piecewise.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parses a template's statements and the text between them. */
final class Parser {
    private static final int MAX_DEPTH = 50;

    private final TokenStream tokens;
    private final Names names = new Names();
    private final ExpressionParser expressions;
    private final TargetParser targets;
    private int depth;

    private Parser(String source) {
        tokens = new TokenStream(new Lexer(source).tokens());
        expressions = new ExpressionParser(tokens, names);
        targets = new TargetParser(tokens, expressions);
    }

    /** What a template consists of. A {@link TemplateError} has the line of what is wrong. */
    static List<Stmt> parse(String source) {
        Parser parser = new Parser(source);
        List<Stmt> body = parser.statements();
        parser.names.check(0);
        return body;
    }

    /** Up to the end of the template, or the tag with one of these names, which is read; what follows the name in it is not. */
    private List<Stmt> statements(String... ends) {
        List<Stmt> body = new ArrayList<>();
        while (true) {
            Token token = tokens.take();
            switch (token.kind()) {
                case DATA -> body.add(new Stmt.Data(token.text()));
                case VARIABLE_BEGIN -> {
                    body.add(new Stmt.Print(expressions.tuple(), token.line()));
                    tokens.expect(Kind.VARIABLE_END);
                }
                case BLOCK_BEGIN -> {
                    for (String end : ends) {
                        if (tokens.atName(end)) {
                            return body;
                        }
                    }
                    body.addAll(statement(ends));
                    tokens.expect(Kind.BLOCK_END);
                }
                case END -> {
                    if (ends.length > 0) {
                        throw lost("Unexpected end of template.", token.line(), ends);
                    }
                    return body;
                }
                case VARIABLE_END, BLOCK_END, NAME, STRING, NUMBER, OPERATOR ->
                    throw new IllegalStateException("outside of a tag");
            }
        }
    }

    private static TemplateError lost(String what, int line, String... ends) {
        String wanted = ends.length == 0
                ? ""
                : " Jinja was looking for the following tags: '" + String.join("' or '", ends) + "'.";
        return TemplateError.syntax(what + wanted, line);
    }

    private List<Stmt> statement(String... ends) {
        if (++depth > MAX_DEPTH) {
            throw TemplateError.syntax("too many nested blocks", tokens.line());
        }
        if (!tokens.at(Kind.NAME)) {
            throw TemplateError.syntax("tag name expected", tokens.line());
        }
        Token tag = tokens.take();
        int mark = names.mark();
        List<Stmt> statement = switch (tag.text()) {
            case "if" -> List.of(condition(mark));
            case "for" -> List.of(loop(tag.line()));
            case "set" -> List.of(assignment(tag.line()));
            case "macro" -> List.of(macro());
            case "call" -> List.of(call(tag.line()));
            case "filter" -> List.of(filter(tag.line()));
            case "with" -> List.of(with(tag.line()));
            case "print" -> prints(tag.line());
            case "break" -> List.of(new Stmt.Break());
            case "continue" -> List.of(new Stmt.Continue());
            case "generation" -> List.of(new Stmt.Scoped(body("endgeneration"), true));
            case "autoescape" -> List.of(new Stmt.Autoescape(expressions.expression(), body("endautoescape")));
            case "block" -> List.of(block());
            case "include", "import", "from", "extends" -> List.of(foreign(tag.line()));
            default -> throw lost("Encountered unknown tag " + Texts.quoted(tag.text()) + ".", tag.line(), ends);
        };
        depth--;
        return statement;
    }

    /** The statements up to one of these tags, whose name is read, too; the rest of the tag that opened them is nothing but an optional colon. */
    private Token bodyEnd(List<Stmt> body, String... ends) {
        tokens.skipOperator(":");
        tokens.expect(Kind.BLOCK_END);
        body.addAll(statements(ends));
        return tokens.take();
    }

    /** The statements of a block with variables of its own; a filter that does not exist is an error there. */
    private List<Stmt> body(String end) {
        int mark = names.mark();
        List<Stmt> body = new ArrayList<>();
        bodyEnd(body, end);
        names.check(mark);
        return body;
    }

    private Stmt condition(int mark) {
        List<Stmt.Branch> branches = new ArrayList<>();
        List<Stmt> otherwise = new ArrayList<>();
        Token end;
        do {
            int line = tokens.line();
            Expr condition = expressions.tuple(false, null);
            List<Stmt> body = new ArrayList<>();
            end = bodyEnd(body, "elif", "else", "endif");
            branches.add(new Stmt.Branch(condition, body, line));
        } while (end.isName("elif"));
        if (end.isName("else")) {
            bodyEnd(otherwise, "endif");
        }
        names.forgive(mark);
        return new Stmt.If(branches, otherwise);
    }

    private Stmt loop(int line) {
        Stmt.Target target = targets.target("in");
        if (target.assigns("loop")) {
            throw TemplateError.syntax("Can't assign to special loop variable in for-loop target", line);
        }
        tokens.expectName("in");
        Expr elements = expressions.tuple(false, "recursive");
        int mark = names.mark();
        Expr condition = tokens.skipName("if") ? expressions.expression() : null;
        boolean recursive = tokens.skipName("recursive");
        List<Stmt> body = new ArrayList<>();
        List<Stmt> otherwise = new ArrayList<>();
        if (bodyEnd(body, "endfor", "else").isName("else")) {
            bodyEnd(otherwise, "endfor");
        }
        names.check(mark);
        return new Stmt.For(new Stmt.Header(target, elements, condition, recursive, line), body, otherwise);
    }

    private Stmt assignment(int line) {
        Stmt.Target target = targets.settable();
        if (tokens.skipOperator("=")) {
            return new Stmt.Set(target, expressions.tuple(), line);
        }
        Expr filter = expressions.primaries().filters(null);
        return new Stmt.SetBlock(target, filter, body("endset"), line);
    }

    private Stmt macro() {
        String name = targets.name();
        TargetParser.Parameters parameters = targets.parameters();
        names.open();
        List<Stmt> body = body("endmacro");
        return new Stmt.Define(name, parameters.signature(names.close()), body);
    }

    private Stmt call(int line) {
        TargetParser.Parameters parameters =
                tokens.atOperator("(") ? targets.parameters() : TargetParser.Parameters.NONE;
        if (!(expressions.expression() instanceof Expr.Call call)) {
            throw TemplateError.syntax("expected call", line);
        }
        names.open();
        List<Stmt> body = body("endcall");
        return new Stmt.CallBlock(parameters.signature(names.close()), call, body, line);
    }

    private Stmt filter(int line) {
        @Nullable Expr filter = expressions.primaries().filters(expressions.primaries().filter(null));
        if (filter == null) {
            throw TemplateError.syntax("expected filter", line);
        }
        return new Stmt.FilterBlock(filter, body("endfilter"), line);
    }

    private Stmt with(int line) {
        List<Stmt.Target> variables = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (!tokens.at(Kind.BLOCK_END)) {
            if (!variables.isEmpty()) {
                tokens.expectOperator(",");
            }
            variables.add(targets.target("="));
            tokens.expectOperator("=");
            values.add(expressions.expression());
        }
        return new Stmt.With(variables, values, body("endwith"), line);
    }

    private List<Stmt> prints(int line) {
        List<Stmt> prints = new ArrayList<>();
        while (!tokens.at(Kind.BLOCK_END)) {
            if (!prints.isEmpty()) {
                tokens.expectOperator(",");
            }
            prints.add(new Stmt.Print(expressions.expression(), line));
        }
        return prints;
    }

    private Stmt block() {
        String name = tokens.expect(Kind.NAME).text();
        boolean seesLoops = tokens.skipName("scoped");
        tokens.skipName("required");
        List<Stmt> body = body("endblock");
        tokens.skipName(name);
        return new Stmt.Scoped(body, seesLoops);
    }

    private Stmt foreign(int line) {
        while (!tokens.at(Kind.BLOCK_END) && !tokens.at(Kind.END)) {
            tokens.take();
        }
        return new Stmt.Foreign(line);
    }
}
