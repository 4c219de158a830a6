package dev.piecewise.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement of a template, or a piece of the text between them. */
sealed interface Stmt {
    record Data(String text) implements Stmt {}

    record Print(Expr value, int line) implements Stmt {}

    record If(List<Branch> branches, List<Stmt> otherwise) implements Stmt {}

    record Branch(Expr condition, List<Stmt> body, int line) {}

    record For(Header header, List<Stmt> body, List<Stmt> otherwise) implements Stmt {}

    /** What comes first in a loop; {@code condition} drops elements before the loop counts them. */
    record Header(Target target, Expr elements, @Nullable Expr condition, boolean recursive, int line) {}

    record Break() implements Stmt {}

    record Continue() implements Stmt {}

    record Set(Target target, Expr value, int line) implements Stmt {}

    /** Assigns what the body prints, through filters if there are any. */
    record SetBlock(Target target, @Nullable Expr filter, List<Stmt> body, int line) implements Stmt {}

    record Define(String name, Signature signature, List<Stmt> body) implements Stmt {}

    /** A call whose callee can have the body rendered, as {@code caller()}. */
    record CallBlock(Signature signature, Expr.Call call, List<Stmt> body, int line) implements Stmt {}

    record FilterBlock(Expr filter, List<Stmt> body, int line) implements Stmt {}

    record With(List<Target> targets, List<Expr> values, List<Stmt> body, int line) implements Stmt {}

    /** A body with variables of its own: {@code block}, and {@code generation}, which marks what training counts; most blocks see no loop around them. */
    record Scoped(List<Stmt> body, boolean seesLoops) implements Stmt {}

    record Autoescape(Expr on, List<Stmt> body) implements Stmt {}

    /** {@code include}, {@code import} or {@code extends}: a chat template is alone. */
    record Foreign(int line) implements Stmt {}

    /** The parameters of a macro; {@code defaults} belong to the last ones. */
    record Signature(List<String> names, List<Expr> defaults, boolean varargs, boolean kwargs, boolean caller) {}

    /** What is assigned to. */
    sealed interface Target {
        /** Whether a variable of this name is among them. */
        default boolean assigns(String name) {
            return switch (this) {
                case Variable variable -> variable.name().equals(name);
                case Member member -> false;
                case Several several -> several.targets().stream().anyMatch(target -> target.assigns(name));
            };
        }

        record Variable(String name) implements Target {}

        record Member(String namespace, String name) implements Target {}

        record Several(List<Target> targets) implements Target {}
    }
}
