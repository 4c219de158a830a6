package dev.piecewise.template;

/** What ends a rendering, in the words of Python's Jinja2. It has no stack trace: what matters is the template's line. */
final class TemplateError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean raised;
    private final int line;

    private TemplateError(String message, boolean raised, int line) {
        super(message, null, false, false);
        this.raised = raised;
        this.line = line;
    }

    /** What cannot be done with these values. */
    TemplateError(String message) {
        this(message, false, 0);
    }

    /** What the template says itself, by {@code raise_exception}. */
    static TemplateError raised(String message) {
        return new TemplateError(message, true, 0);
    }

    /** What is no template. */
    static TemplateError syntax(String message, int line) {
        return new TemplateError(message, false, line);
    }

    boolean raised() {
        return raised;
    }

    /** Where in the template, 0 when only the one who renders knows. */
    int line() {
        return line;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
