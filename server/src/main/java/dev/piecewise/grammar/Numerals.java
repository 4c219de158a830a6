package dev.piecewise.grammar;

import java.math.BigInteger;

/** Regular expressions, as the automaton library has them, of digits within bounds. */
final class Numerals {
    private Numerals() {}

    /** Integers from {@code least} to {@code most}, without a sign and without leading zeros; 0 or more. */
    static String between(BigInteger least, BigInteger most) {
        StringBuilder all = new StringBuilder();
        int longest = most.toString().length();
        for (int length = least.toString().length(); length <= longest; length++) {
            BigInteger first = length == 1 ? BigInteger.ZERO : BigInteger.TEN.pow(length - 1);
            BigInteger last = BigInteger.TEN.pow(length).subtract(BigInteger.ONE);
            all.append(all.isEmpty() ? "" : "|")
                    .append('(')
                    .append(sameLength(
                            least.max(first).toString(), most.min(last).toString()))
                    .append(')');
        }
        return all.toString();
    }

    /** Behind the point: digits that stand for {@code digits} or more; for more, if {@code beyond}. */
    static String fractionFrom(String digits, boolean beyond) {
        if (digits.isEmpty()) {
            return beyond ? "[0-9]*[1-9][0-9]*" : "[0-9]*";
        }
        char first = digits.charAt(0);
        String larger = first == '9' ? "" : "|" + digit((char) (first + 1), '9') + "[0-9]*";
        return "(" + first + fractionFrom(digits.substring(1), beyond) + larger + ")";
    }

    /** Behind the point: digits that stand for {@code digits} or less; for less, if {@code below}. Null if there are none. */
    static String fractionTo(String digits, boolean below) {
        if (digits.isEmpty()) {
            return below ? "#" : "0*";
        }
        char first = digits.charAt(0);
        String smaller = first == '0' ? "" : "|" + digit('0', (char) (first - 1)) + "[0-9]*";
        return "(()|" + first + fractionTo(digits.substring(1), below) + smaller + ")";
    }

    private static String sameLength(String least, String most) {
        if (least.isEmpty()) {
            return "()";
        }
        char low = least.charAt(0);
        char high = most.charAt(0);
        if (low == high) {
            return low + sameLength(least.substring(1), most.substring(1));
        }
        int rest = least.length() - 1;
        StringBuilder all = new StringBuilder("(");
        all.append(low).append(atLeast(least.substring(1)));
        if (high - low > 1) {
            all.append('|').append(digit((char) (low + 1), (char) (high - 1))).append(free(rest));
        }
        return all.append('|')
                .append(high)
                .append(atMost(most.substring(1)))
                .append(')')
                .toString();
    }

    private static String atLeast(String digits) {
        if (digits.chars().allMatch(digit -> digit == '0')) {
            return free(digits.length());
        }
        char first = digits.charAt(0);
        int rest = digits.length() - 1;
        String larger = first == '9' ? "" : "|" + digit((char) (first + 1), '9') + free(rest);
        return "(" + first + atLeast(digits.substring(1)) + larger + ")";
    }

    private static String atMost(String digits) {
        if (digits.chars().allMatch(digit -> digit == '9')) {
            return free(digits.length());
        }
        char first = digits.charAt(0);
        int rest = digits.length() - 1;
        String smaller = first == '0' ? "" : "|" + digit('0', (char) (first - 1)) + free(rest);
        return "(" + first + atMost(digits.substring(1)) + smaller + ")";
    }

    private static String free(int digits) {
        return digits == 0 ? "" : "[0-9]{" + digits + "}";
    }

    private static String digit(char first, char last) {
        return "[" + first + "-" + last + "]";
    }
}
