package dev.piecewise.training;

/** The printable characters that byte-level tokenizers write bytes as: printable Latin-1 bytes stand for themselves, the others for what follows U+0100. */
final class ByteSpelling {
    private ByteSpelling() {}

    /** Of a byte from 0 to 255. */
    static char of(int value) {
        if (isPrintable(value)) {
            return (char) value;
        }
        int before = 0;
        for (int other = 0; other < value; other++) {
            before += isPrintable(other) ? 0 : 1;
        }
        return (char) (256 + before);
    }

    private static boolean isPrintable(int value) {
        return (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xAC) || value >= 0xAE;
    }
}
