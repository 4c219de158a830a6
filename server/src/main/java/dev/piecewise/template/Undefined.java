package dev.piecewise.template;

/** The value of what is not there: empty when printed, counted or iterated, an error when anything else is done with it. */
record Undefined(String message) {
    static Undefined variable(String name) {
        return new Undefined(Texts.quoted(name) + " is undefined");
    }

    /** A missing attribute or key. */
    static Undefined attribute(Object object, String name) {
        return new Undefined("'" + Types.described(object) + "' has no attribute " + Texts.quoted(name));
    }

    static Undefined element(Object object, String index) {
        return new Undefined(Types.described(object) + " has no element " + index);
    }

    /** What Python would do, and its sandbox does not allow. */
    static Undefined unsafe(Object object, String name) {
        return new Undefined(
                "access to attribute " + Texts.quoted(name) + " of '" + Types.name(object) + "' object is unsafe.");
    }

    TemplateError error() {
        return new TemplateError(message);
    }
}
