package dev.piecewise.template;

/** What {@code value|filter(arguments)} does. */
@FunctionalInterface
interface Filter {
    Object apply(Object value, Arguments arguments, Rendering rendering);
}
