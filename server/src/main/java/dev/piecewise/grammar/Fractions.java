package dev.piecewise.grammar;

/** Regular expressions, as the automaton library has them, of the digits behind a decimal point. */
final class Fractions {
    private Fractions() {}

    /** Digits that stand for {@code digits} or more; for more, if {@code beyond}. */
    static String from(String digits, boolean beyond) {
        if (digits.isEmpty()) {
            return beyond ? "[0-9]*[1-9][0-9]*" : "[0-9]*";
        }
        char first = digits.charAt(0);
        String larger = first == '9' ? "" : "|" + digit((char) (first + 1), '9') + "[0-9]*";
        return "(" + first + from(digits.substring(1), beyond) + larger + ")";
    }

    /** Digits that stand for {@code digits} or less; for less, if {@code below}, of which there may be none. */
    static String to(String digits, boolean below) {
        if (digits.isEmpty()) {
            return below ? "#" : "0*";
        }
        char first = digits.charAt(0);
        String smaller = first == '0' ? "" : "|" + digit('0', (char) (first - 1)) + "[0-9]*";
        return "(()|" + first + to(digits.substring(1), below) + smaller + ")";
    }

    private static String digit(char first, char last) {
        return "[" + first + "-" + last + "]";
    }
}
