package dev.piecewise.template;

/** Python's None; Java's null does not occur among the values of a template. */
enum None {
    NONE
}
