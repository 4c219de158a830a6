package dev.piecewise.template;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** The methods that ask something about a string. */
final class StringQuestions {
    static final Map<String, Method> METHODS = all();

    private StringQuestions() {}

    private static Map<String, Method> all() {
        Map<String, Method> methods = new HashMap<>();
        methods.put("startswith", affix("startswith", Span::startsWith));
        methods.put("endswith", affix("endswith", Span::endsWith));
        methods.put("find", position("find", false, false));
        methods.put("rfind", position("rfind", true, false));
        methods.put("index", position("index", false, true));
        methods.put("rindex", position("rindex", true, true));
        methods.put("count", StringQuestions::count);
        methods.put("isalpha", every("isalpha", Character::isLetter));
        methods.put("isdigit", every("isdigit", StringQuestions::isDigit));
        methods.put("isdecimal", every("isdecimal", c -> Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER));
        methods.put("isnumeric", every("isnumeric", StringQuestions::isNumeric));
        methods.put("isalnum", every("isalnum", c -> Character.isLetter(c) || isNumeric(c)));
        methods.put("isspace", every("isspace", Chars::isSpace));
        methods.put("isascii", asking("isascii", text -> text.chars().allMatch(c -> c < 128)));
        methods.put(
                "isprintable", asking("isprintable", text -> text.codePoints().allMatch(Texts::isPrintable)));
        methods.put("isupper", asking("isupper", StringQuestions::isUpper));
        methods.put("islower", asking("islower", StringQuestions::isLower));
        methods.put("istitle", asking("istitle", StringQuestions::isTitle));
        methods.put("isidentifier", asking("isidentifier", StringQuestions::isIdentifier));
        return methods;
    }

    private static Method affix(String name, BiPredicate<Span, String> matches) {
        return (string, arguments, rendering) -> {
            Arguments.Bound bound = arguments.bindPositional(name, 1, "prefix", "start", "end");
            rendering
                    .budget()
                    .characters(
                            arguments.positional().size() > 1
                                    ? Types.string(string).length()
                                    : 0);
            Span span = Span.of(Types.string(string), bound, 1, 2);
            List<Object> wanted = bound.get(0) instanceof Tuple tuple ? tuple.items() : List.of(bound.get(0));
            for (Object affix : wanted) {
                if (!Types.isString(affix)) {
                    throw new TemplateError(
                            name + " first arg must be str or a tuple of str, not " + Types.name(affix));
                }
                rendering.budget().characters(Types.string(affix).length());
                if (matches.test(span, Types.string(affix))) {
                    return true;
                }
            }
            return false;
        };
    }

    private static Method position(String name, boolean last, boolean needed) {
        return (string, arguments, rendering) -> {
            Arguments.Bound bound = arguments.bindPositional(name, 1, "sub", "start", "end");
            String text = Types.string(string);
            String wanted = bound.text(0, "");
            rendering.budget().search(text.length(), wanted.length());
            int found = Span.of(text, bound, 1, 2).find(wanted, last);
            if (found < 0 && needed) {
                throw new TemplateError("substring not found");
            }
            return found < 0 ? -1L : (long) Chars.index(text, found);
        };
    }

    private static Object count(Object string, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bindPositional("count", 1, "sub", "start", "end");
        String text = Types.string(string);
        String wanted = bound.text(0, "");
        rendering.budget().search(text.length(), wanted.length());
        return Span.of(text, bound, 1, 2).count(wanted);
    }

    private static Method every(String name, IntPredicate holds) {
        return asking(name, text -> !text.isEmpty() && text.codePoints().allMatch(holds));
    }

    private static Method asking(String name, Predicate<String> question) {
        return (string, arguments, rendering) -> {
            arguments.none(name);
            String text = Types.string(string);
            rendering.budget().characters(text.length());
            return question.test(text);
        };
    }

    private static boolean isNumeric(int c) {
        return switch (Character.getType(c)) {
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
            default -> false;
        };
    }

    /** Decimal digits, and those that stand high, low or in circles. */
    private static boolean isDigit(int c) {
        boolean superscript = c == 0xb2 || c == 0xb3 || c == 0xb9 || (c >= 0x2070 && c <= 0x2089);
        boolean circled = (c >= 0x2460 && c <= 0x2468) || (c >= 0x2474 && c <= 0x247c) || (c >= 0x2488 && c <= 0x2490);
        return Character.isDigit(c) || ((superscript || circled) && isNumeric(c));
    }

    static boolean isUpper(String text) {
        return text.codePoints().anyMatch(Character::isUpperCase)
                && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
    }

    static boolean isLower(String text) {
        return text.codePoints().anyMatch(Character::isLowerCase)
                && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
    }

    private static boolean isTitle(String text) {
        boolean inWord = false;
        boolean any = false;
        for (int c : text.codePoints().toArray()) {
            boolean capital = Character.isUpperCase(c) || Character.isTitleCase(c);
            if (capital ? inWord : Character.isLowerCase(c) && !inWord) {
                return false;
            }
            inWord = Letters.isCased(c);
            any |= inWord;
        }
        return any;
    }

    private static boolean isIdentifier(String text) {
        return !text.isEmpty()
                && (text.charAt(0) == '_' || Character.isUnicodeIdentifierStart(text.codePointAt(0)))
                && text.codePoints()
                        .allMatch(c -> Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c));
    }
}
