package dev.piecewise.template;

/** What {@code value is test(arguments)} asks. */
@FunctionalInterface
interface Test {
    boolean holds(Object value, Arguments arguments, Rendering rendering);
}
