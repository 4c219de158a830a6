package dev.piecewise.grammar;

import dev.piecewise.grammar.Shape.Place;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Formats of strings as expressions that say no more than what every reader of the format takes. */
final class Formats {
    private static final String DATE = "(19|20)\\d{2}-((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])"
            + "|(0[469]|11)-(0[1-9]|[12]\\d|30)|02-(0[1-9]|1\\d|2[0-8]))";
    private static final String TIME =
            "([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,6})?(Z|[+\\-](0\\d|1[0-3]):[0-5]\\d)";
    private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d{2}|[1-9]?\\d)";
    private static final String LABEL = "[a-z0-9]([a-z0-9\\-]{0,30}[a-z0-9])?";
    private static final String HOST = "(" + LABEL + "\\.){0,3}[a-z]([a-z0-9]{0,30}[a-z])";
    /** Some readers know the names at the top. */
    private static final String TOP =
            "(com|org|net|edu|gov|info|io|dev|eu|de|fr|uk|us|ca|it|es|nl|ch|se|jp|cn|in|br|au)";

    private static final String HEX = "[0-9a-f]";

    private static final Map<String, String> KNOWN = Map.ofEntries(
            Map.entry("date", DATE),
            Map.entry("time", TIME),
            Map.entry("date-time", DATE + "T" + TIME),
            Map.entry("duration", "P((\\d{1,4}D)(T(\\d{1,4}H)?\\d{1,4}M)?|T\\d{1,4}(H(\\d{1,4}M)?|M(\\d{1,4}S)?|S))"),
            Map.entry("uuid", HEX + "{8}(-" + HEX + "{4}){3}-" + HEX + "{12}"),
            Map.entry("email", "[A-Za-z0-9_+\\-]{1,30}(\\.[A-Za-z0-9_+\\-]{1,30})?@(" + LABEL + "\\.){1,2}" + TOP),
            Map.entry("hostname", HOST),
            Map.entry("ipv4", "(" + OCTET + "\\.){3}" + OCTET),
            Map.entry("ipv6", "(" + HEX + "{1,4}:){7}" + HEX + "{1,4}"),
            Map.entry("uri", "https?://" + HOST + "(/[A-Za-z0-9_.~\\-]{0,40}){0,8}(\\?[A-Za-z0-9_.~=&\\-]{0,80})?"));

    private static final Map<String, String> ALIASES = Map.of(
            "idn-email",
            "email",
            "idn-hostname",
            "hostname",
            "url",
            "uri",
            "iri",
            "uri",
            "uri-reference",
            "uri",
            "iri-reference",
            "uri");

    /** They demand nothing of a string. */
    private static final Set<String> HINTS =
            Set.of("password", "binary", "byte", "int32", "int64", "float", "double", "decimal", "text");

    private Formats() {}

    /** Empty where the format says nothing about the text. */
    static Optional<RegexNode> of(Place place) {
        String name = Keywords.text(place);
        String expression = KNOWN.get(ALIASES.getOrDefault(name, name));
        if (expression != null) {
            return Optional.of(RegexParser.parse(place.path(), expression));
        }
        if (HINTS.contains(name)) {
            return Optional.empty();
        }
        throw Keywords.unsupported(place);
    }
}
