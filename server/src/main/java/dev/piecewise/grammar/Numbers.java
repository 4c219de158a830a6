package dev.piecewise.grammar;

import dev.piecewise.grammar.Shape.Num;
import dk.brics.automaton.Automaton;
import dk.brics.automaton.BasicAutomata;
import dk.brics.automaton.BasicOperations;
import dk.brics.automaton.RegExp;
import dk.brics.automaton.State;
import dk.brics.automaton.Transition;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Numbers as automata of their decimal notation. Every number has at most 15 digits, so that readers that use doubles see the same number, unless the bounds ask
 * for longer integers (up to 40 digits). An exponent is written only where nothing bounds the number, and stays below
 * what fits into 64 bits, where some validators fail.
 */
final class Numbers {
    private static final BigInteger LARGEST = BigInteger.TEN.pow(15).subtract(BigInteger.ONE);
    private static final BigInteger LARGEST_EVER = BigInteger.TEN.pow(40).subtract(BigInteger.ONE);
    private static final String UNBOUNDED =
            "-?((0|[1-9][0-9]{0,2})(\\.[0-9]{1,12})?|(0|[1-9][0-9]{0,8})(\\.[0-9]{1,6})?|[1-9][0-9]{9,14}|[1-9](\\.[0-9]{1,14})?[eE](\\-[0-9]{1,2}|\\+?([0-9]|1[0-7])))";
    private static final int MOST_PLACES = 6;

    private final Budget budget;
    private final Num bounds;

    Numbers(Budget budget, Num bounds) {
        this.budget = budget;
        this.bounds = bounds;
    }

    Automaton automaton() {
        if (bounds.places() == 0) {
            return integers(true);
        }
        if (bounds.least() == null && bounds.most() == null && bounds.places() < 0) {
            return regex(UNBOUNDED);
        }
        BigDecimal low = bounds.least();
        BigDecimal high = bounds.most();
        Automaton positive = magnitudes(low, bounds.beyondLeast(), high, bounds.belowMost());
        Automaton negative = magnitudes(
                high == null ? null : high.negate(),
                bounds.belowMost(),
                low == null ? null : low.negate(),
                bounds.beyondLeast());
        negative = intersection(negative, regex("[0-9.]*[1-9][0-9.]*"));
        Automaton all = union(positive, BasicOperations.concatenate(regex("-"), negative));
        return all.isEmpty() ? integers(false) : all;
    }

    /** Decimals without a sign between the bounds, which may be negative. */
    private Automaton magnitudes(@Nullable BigDecimal low, boolean beyond, @Nullable BigDecimal high, boolean below) {
        int places = bounds.places() < 0 ? MOST_PLACES : bounds.places();
        Automaton all = regex("(0|[1-9][0-9]{0,8})(\\.[0-9]{1,%d})?|[1-9][0-9]{9,14}".formatted(places)
                + (bounds.places() < 0 ? "|(0|[1-9][0-9]{0,2})\\.[0-9]{1,12}" : ""));
        if (low != null && (low.signum() > 0 || (low.signum() == 0 && beyond))) {
            all = intersection(all, from(low, beyond));
        }
        if (high != null) {
            boolean none = high.signum() < 0 || (high.signum() == 0 && below);
            all = none ? BasicAutomata.makeEmpty() : all.isEmpty() ? all : intersection(all, to(high, below));
        }
        return all;
    }

    private Automaton from(BigDecimal low, boolean beyond) {
        BigInteger whole = low.toBigInteger();
        if (whole.compareTo(LARGEST) > 0) {
            return BasicAutomata.makeEmpty();
        }
        String digits = fraction(low);
        String equal = whole + "\\." + Fractions.from(digits, beyond);
        if (digits.isEmpty() && !beyond) {
            equal = "(" + equal + "|" + whole + ")";
        }
        return union(regex(equal), larger(whole.add(BigInteger.ONE)));
    }

    private Automaton larger(BigInteger from) {
        return from.compareTo(LARGEST) > 0 ? BasicAutomata.makeEmpty() : withFraction(Digits.between(from, LARGEST));
    }

    private static Automaton withFraction(Automaton wholes) {
        return BasicOperations.concatenate(wholes, regex("(\\.[0-9]*)?"));
    }

    private Automaton to(BigDecimal high, boolean below) {
        BigInteger whole = high.toBigInteger().min(LARGEST.add(BigInteger.ONE));
        String digits = fraction(high);
        Automaton all = regex(whole + "\\." + Fractions.to(digits, below));
        if (!digits.isEmpty() || !below) {
            all = union(all, regex(whole.toString()));
        }
        return whole.signum() == 0
                ? all
                : union(all, withFraction(Digits.between(BigInteger.ZERO, whole.subtract(BigInteger.ONE))));
    }

    /** Multiples of the divisor; with {@code bounded} of 15 digits unless there are none. */
    private Automaton integers(boolean bounded) {
        BigInteger low = rounded(bounds.least(), RoundingMode.CEILING, bounds.beyondLeast() ? 1 : 0);
        BigInteger high = rounded(bounds.most(), RoundingMode.FLOOR, bounds.belowMost() ? -1 : 0);
        BigInteger limit = bounded ? LARGEST : LARGEST_EVER;
        Automaton all = BasicAutomata.makeEmpty();
        BigInteger first = low == null ? BigInteger.ZERO : low.max(BigInteger.ZERO);
        BigInteger last = high == null ? limit : high.min(limit);
        if (first.compareTo(last) <= 0) {
            all = multiples(Digits.between(first, last));
        }
        BigInteger nearest = high == null ? BigInteger.ONE : high.negate().max(BigInteger.ONE);
        BigInteger farthest = low == null ? limit : low.negate().min(limit);
        if (nearest.compareTo(farthest) <= 0) {
            Automaton magnitudes = multiples(Digits.between(nearest, farthest));
            all = union(all, BasicOperations.concatenate(regex("-"), magnitudes));
        }
        return all.isEmpty() && bounded ? integers(false) : all;
    }

    private static @Nullable BigInteger rounded(@Nullable BigDecimal bound, RoundingMode mode, int beyond) {
        if (bound == null) {
            return null;
        }
        if (bound.precision() - (long) bound.scale() > 100) {
            return LARGEST_EVER.multiply(BigInteger.valueOf(2L * bound.signum()));
        }
        BigInteger whole = bound.setScale(0, mode).toBigInteger();
        boolean exact = bound.compareTo(new BigDecimal(whole)) == 0;
        return exact ? whole.add(BigInteger.valueOf(beyond)) : whole;
    }

    private Automaton multiples(Automaton integers) {
        int divisor = bounds.divisor();
        if (divisor == 1) {
            return integers;
        }
        budget.take(divisor);
        State[] rests = new State[divisor];
        for (int i = 0; i < divisor; i++) {
            rests[i] = new State();
        }
        rests[0].setAccept(true);
        for (int i = 0; i < divisor; i++) {
            for (char digit = '0'; digit <= '9'; digit++) {
                rests[i].addTransition(new Transition(digit, rests[(i * 10 + digit - '0') % divisor]));
            }
        }
        Automaton all = new Automaton();
        all.setInitialState(rests[0]);
        all.setDeterministic(true);
        return intersection(integers, all);
    }

    /** Digits behind the point, without zeros at the end; very small ones are cut, as nothing that is written comes near them. */
    private static String fraction(BigDecimal value) {
        BigDecimal rest = value.abs().remainder(BigDecimal.ONE);
        if (rest.signum() == 0) {
            return "";
        }
        String plain = rest.stripTrailingZeros().toPlainString();
        return plain.substring(2);
    }

    private Automaton intersection(Automaton a, Automaton b) {
        budget.take(a.getNumberOfStates() + (long) b.getNumberOfStates());
        return BasicOperations.intersection(a, b);
    }

    private static Automaton union(Automaton a, Automaton b) {
        return BasicOperations.union(List.of(a, b));
    }

    private static Automaton regex(String expression) {
        return new RegExp(expression, RegExp.EMPTY).toAutomaton(true);
    }
}
