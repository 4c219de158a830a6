package dev.piecewise.kernel;

/** Instructions on vectors of 512 bits, {@code zmm} 0 to 31, and on tiles, {@code tmm} 0 to 7: the few that the kernels are made of. */
final class Assembler extends ScalarAssembler {
    /** Bytes of a vector, floats in it, and bytes of as many bfloat16. */
    static final int LINE = 64;

    static final int FLOATS = LINE / Float.BYTES;
    static final int HALF_LINE = LINE / 2;
    /** Registers. */
    static final int VECTORS = 32;

    /** Orders of four: the third, the fourth, the first, the second; and the second, the first, the fourth, the third. */
    static final int SWAP_HALVES = 0x4E;

    static final int SWAP_NEIGHBOURS = 0xB1;

    void loadVector(int to, int base, int at) {
        vector(MAP_0F, NO_PREFIX, 0x10, to, 0, base, at, BITS_512);
    }

    void storeVector(int base, int at, int from) {
        vector(MAP_0F, NO_PREFIX, 0x11, from, 0, base, at, BITS_512);
    }

    /** Stores the lower half. */
    void storeHalf(int base, int at, int from) {
        vector(MAP_0F, NO_PREFIX, 0x11, from, 0, base, at, BITS_256);
    }

    /** 16 numbers of 32 bits from as many of 16 without sign. */
    void loadWidened(int to, int base, int at) {
        vector(MAP_0F38, PREFIX_66, 0x33, to, 0, base, at, BITS_512);
    }

    /** 16 floats from as many bfloat16. */
    void loadWide(int to, int base, int at) {
        loadWidened(to, base, at);
        shiftLeft(to, to, Short.SIZE);
    }

    /** Stores so many bfloat16, a multiple of 16, as floats. Moves both registers on; {@code counter} and the first vector are overwritten. */
    void widenAll(int to, int from, int values, int counter) {
        set(counter, values / FLOATS);
        int next = here();
        loadWide(0, from, 0);
        storeVector(to, 0, 0);
        add(from, HALF_LINE);
        add(to, LINE);
        subtract(counter, 1);
        jumpIfNotZero(next);
    }

    /** One number of 32 bits, 16 times. */
    void loadRepeated(int to, int base, int at) {
        vector(MAP_0F38, PREFIX_66, 0x18, to, 0, base, at, BITS_512);
    }

    void moveVector(int to, int from) {
        vector(MAP_0F, NO_PREFIX, 0x28, to, 0, from);
    }

    void zero(int to) {
        vector(MAP_0F, PREFIX_66, 0xEF, to, to, to);
    }

    void and(int to, int left, int right) {
        vector(MAP_0F, PREFIX_66, 0xDB, to, left, right);
    }

    void or(int to, int left, int right) {
        vector(MAP_0F, PREFIX_66, 0xEB, to, left, right);
    }

    /** 16 numbers of 32 bits from as many of 16 without sign, in the lower half. */
    void widen(int to, int from) {
        vector(MAP_0F38, PREFIX_66, 0x33, to, 0, from);
    }

    void shiftLeft(int to, int from, int bits) {
        vector(MAP_0F, PREFIX_66, 0x72, 6, to, from);
        bytes(bits);
    }

    void addFloats(int to, int left, int right) {
        vector(MAP_0F, NO_PREFIX, 0x58, to, left, right);
    }

    void addFloats(int to, int left, int base, int at) {
        vector(MAP_0F, NO_PREFIX, 0x58, to, left, base, at, BITS_512);
    }

    void subtractFloats(int to, int left, int right) {
        vector(MAP_0F, NO_PREFIX, 0x5C, to, left, right);
    }

    void multiplyFloats(int to, int left, int right) {
        vector(MAP_0F, NO_PREFIX, 0x59, to, left, right);
    }

    /** {@code to = left * } one float of memory. */
    void multiplyRepeated(int to, int left, int base, int at) {
        vector(MAP_0F, NO_PREFIX, 0x59, to, left, base, at, BITS_512 | BROADCAST);
    }

    void divideFloats(int to, int left, int right) {
        vector(MAP_0F, NO_PREFIX, 0x5E, to, left, right);
    }

    void maximum(int to, int left, int base, int at) {
        vector(MAP_0F, NO_PREFIX, 0x5F, to, left, base, at, BITS_512);
    }

    void maximum(int to, int left, int right) {
        vector(MAP_0F, NO_PREFIX, 0x5F, to, left, right);
    }

    /** In all lanes what comes out of all of them, if the order does not matter. */
    void acrossLanes(int register, int spare, Operation operation) {
        for (int order : new int[] {SWAP_HALVES, SWAP_NEIGHBOURS}) {
            permuteQuarters(spare, register, order);
            operation.write(register, register, spare);
        }
        for (int order : new int[] {SWAP_HALVES, SWAP_NEIGHBOURS}) {
            permuteInQuarters(spare, register, order);
            operation.write(register, register, spare);
        }
    }

    /** Writes {@code to = left operation right}. */
    interface Operation {
        void write(int to, int left, int right);
    }

    void addNumbers(int to, int left, int right) {
        vector(MAP_0F, PREFIX_66, 0xFE, to, left, right);
    }

    /** 16 floats from as many whole numbers of 32 bits. */
    void toFloats(int to, int from) {
        vector(MAP_0F, NO_PREFIX, 0x5B, to, 0, from);
    }

    /** The other way, towards zero. */
    void truncate(int to, int from) {
        vector(MAP_0F, PREFIX_F3, 0x5B, to, 0, from);
    }

    /** Stores the lowest 8 bits of each of 16 numbers. */
    void storeBytes(int base, int at, int from) {
        vector(MAP_0F38, PREFIX_F3, 0x31, from, 0, base, at, BITS_512);
    }

    /** {@code to += } sums of four products, {@code left} bytes without and {@code right} ones with sign. */
    void multiplyAddBytes(int to, int left, int right) {
        vector(MAP_0F38, PREFIX_66, 0x50, to, left, right);
    }

    /** 16 floats to what they are as bfloat16. */
    void round(int register) {
        narrow(register, register);
        widen(register, register);
        shiftLeft(register, register, Short.SIZE);
    }

    /** To the nearest whole numbers. */
    void roundFloats(int to, int from) {
        vector(MAP_0F3A, PREFIX_66, 0x08, to, 0, from);
        bytes(0);
    }

    /** {@code to = left} times 2 to the power of the whole number {@code right}. */
    void scaleByPower(int to, int left, int right) {
        vector(MAP_0F38, PREFIX_66, 0x2C, to, left, right);
    }

    /** {@code to = to * left + right}, rounded once. */
    void multiplyThenAdd(int to, int left, int right) {
        vector(MAP_0F38, PREFIX_66, 0xA8, to, left, right);
    }

    /** {@code to += left * right}, rounded once. */
    void multiplyAdd(int to, int left, int right) {
        vector(MAP_0F38, PREFIX_66, 0xB8, to, left, right);
    }

    /** {@code to += left * } one float of memory, rounded once. */
    void multiplyAddRepeated(int to, int left, int base, int at) {
        vector(MAP_0F38, PREFIX_66, 0xB8, to, left, base, at, BITS_512 | BROADCAST);
    }

    void squareRoot(int to, int from) {
        vector(MAP_0F, NO_PREFIX, 0x51, to, 0, from);
    }

    /** The four quarters of a vector in this order. */
    void permuteQuarters(int to, int from, int order) {
        vector(MAP_0F3A, PREFIX_66, 0x43, to, from, from);
        bytes(order);
    }

    /** In each quarter its four floats in this order. */
    void permuteInQuarters(int to, int from, int order) {
        vector(MAP_0F3A, PREFIX_66, 0x04, to, 0, from);
        bytes(order);
    }

    /** 16 floats to as many of bfloat16, in the lower half. */
    void narrow(int to, int from) {
        vector(MAP_0F38, PREFIX_F3, 0x72, to, 0, from);
    }

    /** How many rows and bytes tiles have, from 64 bytes of memory. */
    void configureTiles(int base, int at) {
        vex(NO_PREFIX, 0, 0, base);
        bytes(0x49);
        memory(0, base, at);
    }

    void releaseTiles() {
        vex(NO_PREFIX, 0, 0, 0);
        bytes(0x49, 0xC0);
    }

    void zeroTile(int tile) {
        vex(PREFIX_F2, 0, 0, 0);
        bytes(0x49, 0xC0 | tile << 3);
    }

    /** Rows that lie as far apart as the register {@code stride} says. */
    void loadTile(int tile, int base, int at, int stride) {
        vex(PREFIX_F2, 0, stride, base);
        bytes(0x4B);
        tileMemory(tile, base, at, stride);
    }

    void storeTile(int base, int at, int stride, int tile) {
        vex(PREFIX_F3, 0, stride, base);
        bytes(0x4B);
        tileMemory(tile, base, at, stride);
    }

    /** {@code sums += left right}: floats, pairs of bfloat16 and rows of pairs. */
    void multiplyAddTiles(int sums, int left, int right) {
        vex(PREFIX_F3, right, 0, 0);
        bytes(0x5C, 0xC0 | sums << 3 | left);
    }

    /** {@code sums += left right}: numbers of 32 bits, fours of bytes without sign and rows of fours with sign. */
    void multiplyAddByteTiles(int sums, int left, int right) {
        vex(PREFIX_66, right, 0, 0);
        bytes(0x5E, 0xC0 | sums << 3 | left);
    }
}
