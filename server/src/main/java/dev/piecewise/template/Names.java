package dev.piecewise.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the parser notes about names: which ones the macros it is in use, and filters and tests that do not exist. Like Jinja2, a template with such a filter is refused at once,
 * unless a condition stands before its use, which may know that it is not there.
 */
final class Names {
    private final Deque<Set<String>> macros = new ArrayDeque<>();
    private final List<TemplateError> unknown = new ArrayList<>();

    /** Begins to collect the names that a macro's body uses. */
    void open() {
        macros.push(new HashSet<>());
    }

    Set<String> close() {
        Set<String> used = macros.pop();
        if (!macros.isEmpty()) {
            macros.element().addAll(used);
        }
        return used;
    }

    void used(String name) {
        if (!macros.isEmpty()) {
            macros.element().add(name);
        }
    }

    void unknown(String kind, String name, int line) {
        unknown.add(TemplateError.syntax("No " + kind + " named " + Texts.quoted(name) + ".", line));
    }

    int mark() {
        return unknown.size();
    }

    /** What was unknown since the mark stands behind a condition. */
    void forgive(int mark) {
        unknown.subList(mark, unknown.size()).clear();
    }

    /** What was unknown since the mark would be reached. */
    void check(int mark) {
        if (unknown.size() > mark) {
            throw unknown.get(mark);
        }
    }
}
