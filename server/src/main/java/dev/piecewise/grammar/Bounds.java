package dev.piecewise.grammar;

import dev.piecewise.error.ServingException;
import dev.piecewise.grammar.Shape.Num;
import dev.piecewise.grammar.Shape.Place;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The numbers that schemas allow together, as they are read keyword by keyword. */
final class Bounds {
    private static final int MOST_DIVISOR = 10_000;
    private static final int MOST_PLACES = 6;

    private @Nullable BigDecimal least;
    private @Nullable BigDecimal most;
    private boolean beyondLeast;
    private boolean belowMost;
    private BigInteger divisor = BigInteger.ONE;
    private int places;

    private Bounds(boolean integer) {
        places = integer ? 0 : -1;
    }

    /** Null if nothing is left between the bounds. */
    static @Nullable Num of(List<Place> schemas, String path, boolean integer) {
        Bounds bounds = new Bounds(integer);
        schemas.forEach(bounds::read);
        BigDecimal low = bounds.least;
        BigDecimal high = bounds.most;
        if (low != null && high != null) {
            int order = low.compareTo(high);
            if (order > 0 || (order == 0 && (bounds.beyondLeast || bounds.belowMost))) {
                return null;
            }
        }
        return new Num(path, low, bounds.beyondLeast, high, bounds.belowMost, bounds.divisor.intValue(), bounds.places);
    }

    static boolean contain(Num bounds, BigDecimal value) {
        BigDecimal low = bounds.least();
        BigDecimal high = bounds.most();
        return (low == null || value.compareTo(low) >= (bounds.beyondLeast() ? 1 : 0))
                && (high == null || value.compareTo(high) <= (bounds.belowMost() ? -1 : 0));
    }

    private void read(Place place) {
        boolean oldLeast = place.schema().path("exclusiveMinimum").isBoolean();
        boolean oldMost = place.schema().path("exclusiveMaximum").isBoolean();
        boolean beyond = oldLeast && place.schema().path("exclusiveMinimum").asBoolean();
        boolean below = oldMost && place.schema().path("exclusiveMaximum").asBoolean();
        Keywords.number(place, "minimum").ifPresent(value -> raise(value, beyond));
        Keywords.number(place, "maximum").ifPresent(value -> lower(value, below));
        if (!oldLeast) {
            Keywords.number(place, "exclusiveMinimum").ifPresent(value -> raise(value, true));
        }
        if (!oldMost) {
            Keywords.number(place, "exclusiveMaximum").ifPresent(value -> lower(value, true));
        }
        Keywords.number(place, "multipleOf").ifPresent(value -> divide(place.at("multipleOf"), value));
    }

    private void raise(BigDecimal value, boolean beyond) {
        int order = least == null ? 1 : value.compareTo(least);
        if (order >= 0) {
            beyondLeast = beyond || (order == 0 && beyondLeast);
            least = value;
        }
    }

    private void lower(BigDecimal value, boolean below) {
        int order = most == null ? -1 : value.compareTo(most);
        if (order <= 0) {
            belowMost = below || (order == 0 && belowMost);
            most = value;
        }
    }

    /** Multiples of 0.01 have two places; those of 2.5 are written only where they are integers. */
    private void divide(Place place, BigDecimal value) {
        if (value.signum() <= 0 || Math.abs(value.scale()) > 100) {
            throw Keywords.wrong(place, "a number above 0");
        }
        boolean powerOfTen = value.unscaledValue().equals(BigInteger.ONE) && value.scale() > 0;
        if (powerOfTen && value.scale() <= MOST_PLACES && places != 0) {
            places = places < 0 ? value.scale() : Math.min(places, value.scale());
            return;
        }
        places = 0;
        BigInteger whole = value.unscaledValue();
        if (value.scale() <= 0) {
            whole = value.toBigIntegerExact();
        } else {
            whole = whole.divide(whole.gcd(BigInteger.TEN.pow(value.scale())));
        }
        divisor = divisor.divide(divisor.gcd(whole)).multiply(whole);
        if (divisor.compareTo(BigInteger.valueOf(MOST_DIVISOR)) > 0) {
            throw ServingException.invalid(
                    place.path(), "%s is supported up to %d".formatted(place.path(), MOST_DIVISOR));
        }
    }
}
