package dev.piecewise.template;

/** A method that Python's values of some type have. */
@FunctionalInterface
interface Method {
    /** One that changes its receiver, which templates may not do. */
    Method UNSAFE = (receiver, arguments, rendering) -> {
        throw new TemplateError("is unsafe");
    };

    Object call(Object receiver, Arguments arguments, Rendering rendering);
}
