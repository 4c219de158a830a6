package dev.piecewise.template;

/** A string that is HTML already ({@code |safe}, {@code |escape}): whatever plain string is joined to it gets escaped. */
record Markup(String text) {
    static Markup escaped(String plain) {
        return new Markup(escape(plain));
    }

    static String escape(String plain) {
        StringBuilder escaped = new StringBuilder(plain.length() + 16);
        for (int i = 0; i < plain.length(); i++) {
            char c = plain.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&#34;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
