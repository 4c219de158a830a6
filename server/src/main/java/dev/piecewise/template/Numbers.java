package dev.piecewise.template;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Arithmetic as in Python: integers do not overflow, {@code //} and {@code %} round down, {@code /} always gives a float. */
final class Numbers {
    /** Integers have at most some four thousand digits. */
    private static final int MAX_BITS = 14_000;

    private static final BigInteger SMALLEST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger LARGEST = BigInteger.valueOf(Long.MAX_VALUE);

    private Numbers() {}

    /** A long where it fits. */
    static Object normal(BigInteger integer) {
        if (integer.bitLength() > MAX_BITS) {
            throw new TemplateError("an integer is too large");
        }
        boolean fits = integer.compareTo(SMALLEST) >= 0 && integer.compareTo(LARGEST) <= 0;
        return fits ? (Object) integer.longValue() : integer;
    }

    /** What Python accepts as an index or count. */
    static long index(Object value) {
        return switch (value) {
            case Long integer -> integer;
            case Boolean bool -> bool ? 1 : 0;
            case BigInteger integer -> integer.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
            case Undefined undefined -> throw undefined.error();
            default ->
                throw new TemplateError("'" + Types.name(value) + "' object cannot be interpreted as an integer");
        };
    }

    static BigInteger integer(Object value) {
        return switch (value) {
            case BigInteger integer -> integer;
            case Boolean bool -> bool ? BigInteger.ONE : BigInteger.ZERO;
            default -> BigInteger.valueOf(((Number) value).longValue());
        };
    }

    static double real(Object value) {
        double real = value instanceof Boolean bool ? (bool ? 1 : 0) : ((Number) value).doubleValue();
        if (Double.isInfinite(real) && value instanceof BigInteger) {
            throw new TemplateError("int too large to convert to float");
        }
        return real;
    }

    /** The result for two numbers. */
    static Object apply(Expr.Operator operator, Object left, Object right) {
        if (left instanceof Long a && right instanceof Long b && operator != Expr.Operator.POWER) {
            return small(operator, a, b);
        }
        if (left instanceof Double || right instanceof Double) {
            return real(operator, real(left), real(right));
        }
        return large(operator, integer(left), integer(right));
    }

    private static Object small(Expr.Operator operator, long a, long b) {
        if (b == 0 && operator.compareTo(Expr.Operator.DIVIDE) >= 0) {
            throw zero(operator);
        }
        try {
            return switch (operator) {
                case ADD -> Math.addExact(a, b);
                case SUBTRACT -> Math.subtractExact(a, b);
                case MULTIPLY -> Math.multiplyExact(a, b);
                case FLOOR_DIVIDE -> Math.floorDivExact(a, b);
                case MODULO -> Math.floorMod(a, b);
                case DIVIDE, POWER -> large(operator, BigInteger.valueOf(a), BigInteger.valueOf(b));
            };
        } catch (ArithmeticException overflow) {
            return large(operator, BigInteger.valueOf(a), BigInteger.valueOf(b));
        }
    }

    private static Object large(Expr.Operator operator, BigInteger a, BigInteger b) {
        if (b.signum() == 0 && operator.compareTo(Expr.Operator.DIVIDE) >= 0 && operator != Expr.Operator.POWER) {
            throw zero(operator);
        }
        return switch (operator) {
            case ADD -> normal(a.add(b));
            case SUBTRACT -> normal(a.subtract(b));
            case MULTIPLY -> normal(a.multiply(b));
            case DIVIDE -> quotient(a, b);
            case FLOOR_DIVIDE -> normal(floorDivision(a, b));
            case MODULO -> normal(a.subtract(floorDivision(a, b).multiply(b)));
            case POWER -> power(a, b);
        };
    }

    private static double quotient(BigInteger a, BigInteger b) {
        if (a.bitLength() <= 53 && b.bitLength() <= 53) {
            return (double) a.longValue() / b.longValue();
        }
        double quotient = new BigDecimal(a)
                .divide(new BigDecimal(b), new java.math.MathContext(40))
                .doubleValue();
        if (Double.isInfinite(quotient)) {
            throw new TemplateError("integer division result too large for a float");
        }
        return quotient;
    }

    private static BigInteger floorDivision(BigInteger a, BigInteger b) {
        BigInteger[] parts = a.divideAndRemainder(b);
        boolean roundDown = parts[1].signum() != 0 && parts[1].signum() != b.signum();
        return roundDown ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private static Object power(BigInteger base, BigInteger exponent) {
        if (exponent.signum() < 0) {
            return real(Expr.Operator.POWER, real(base), real(exponent));
        }
        if (base.abs().bitLength() <= 1) {
            return normal(exponent.testBit(0) || exponent.signum() == 0 ? base.pow(exponent.signum()) : base.abs());
        }
        if (exponent.bitLength() > 30 || (long) (base.bitLength() - 1) * exponent.intValue() > MAX_BITS) {
            throw new TemplateError("an integer is too large");
        }
        return normal(base.pow(exponent.intValue()));
    }

    private static double real(Expr.Operator operator, double a, double b) {
        if (b == 0 && operator.compareTo(Expr.Operator.DIVIDE) >= 0 && operator != Expr.Operator.POWER) {
            throw new TemplateError("float division by zero");
        }
        return switch (operator) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case FLOOR_DIVIDE -> {
                double quotient = (a - modulo(a, b)) / b;
                double floor = Math.floor(quotient);
                yield quotient == 0 ? Math.copySign(0.0, a / b) : quotient - floor > 0.5 ? floor + 1 : floor;
            }
            case MODULO -> modulo(a, b);
            case POWER -> realPower(a, b);
        };
    }

    private static double modulo(double a, double b) {
        double rest = a % b;
        if (rest == 0) {
            return Math.copySign(0.0, b);
        }
        return rest < 0 == b < 0 ? rest : rest + b;
    }

    private static double realPower(double a, double b) {
        if (a == 0 && b < 0) {
            throw new TemplateError("0.0 cannot be raised to a negative power");
        }
        double power = Math.pow(a, b);
        if (Double.isNaN(power) && !Double.isNaN(a) && !Double.isNaN(b)) {
            throw new TemplateError("complex numbers are not supported");
        }
        if (Double.isInfinite(power) && Double.isFinite(a) && Double.isFinite(b)) {
            throw new TemplateError("(34, 'Numerical result out of range')");
        }
        return power;
    }

    private static TemplateError zero(Expr.Operator operator) {
        return new TemplateError(
                switch (operator) {
                    case FLOOR_DIVIDE, MODULO -> "integer division or modulo by zero";
                    case ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER -> "division by zero";
                });
    }

    static Object negated(Object value) {
        return value instanceof Double real
                ? (Object) (-real)
                : normal(integer(value).negate());
    }

    /** The order of two numbers, none of which is NaN, exactly. */
    static int compare(Object left, Object right) {
        if (left instanceof Long a && right instanceof Long b) {
            return Long.compare(a, b);
        }
        if (left instanceof Double || right instanceof Double) {
            double a = left instanceof Boolean bool ? (bool ? 1 : 0) : ((Number) left).doubleValue();
            double b = right instanceof Boolean bool ? (bool ? 1 : 0) : ((Number) right).doubleValue();
            return a != b || Math.abs(a) < 0x1p53 || Double.isInfinite(a)
                    ? (a < b ? -1 : a > b ? 1 : 0)
                    : exact(left).compareTo(exact(right));
        }
        return integer(left).compareTo(integer(right));
    }

    private static BigDecimal exact(Object value) {
        return value instanceof Double real ? new BigDecimal(real) : new BigDecimal(integer(value));
    }
}
