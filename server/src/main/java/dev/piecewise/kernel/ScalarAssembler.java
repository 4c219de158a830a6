package dev.piecewise.kernel;

/** Instructions on general registers, 64 bits wide: numbers 0 to 15 for {@code rax} to {@code r15}. Memory is what a register points at, so many bytes further on; {@code rsp} and {@code r12} do not. */
class ScalarAssembler extends Encoding {
    static final int RAX = 0;
    static final int RCX = 1;
    static final int RDX = 2;
    /** A caller's own, as {@code rbp} and those from 12 on are: to be saved and restored. */
    static final int RBX = 3;

    static final int RBP = 5;
    static final int RSI = 6;
    static final int RDI = 7;
    static final int R8 = 8;
    static final int R9 = 9;
    static final int R10 = 10;
    static final int R11 = 11;
    static final int R12 = 12;
    static final int R13 = 13;
    static final int R14 = 14;
    static final int R15 = 15;

    final void load(int to, int base, int at) {
        wide(to, base);
        bytes(0x8B);
        memory(to, base, at);
    }

    final void store(int base, int at, int from) {
        wide(from, base);
        bytes(0x89);
        memory(from, base, at);
    }

    /** 32 bits; the upper ones become zero. */
    final void loadInt(int to, int base, int at) {
        narrowAccess(to, base);
        bytes(0x8B);
        memory(to, base, at);
    }

    final void storeInt(int base, int at, int from) {
        narrowAccess(from, base);
        bytes(0x89);
        memory(from, base, at);
    }

    final void move(int to, int from) {
        wide(to, from);
        bytes(0x8B);
        registers(to, from);
    }

    final void set(int to, int value) {
        wide(0, to);
        bytes(0xC7);
        registers(0, to);
        number(value);
    }

    final void add(int to, int value) {
        wide(0, to);
        bytes(0x81);
        registers(0, to);
        number(value);
    }

    final void subtract(int from, int value) {
        wide(0, from);
        bytes(0x81);
        registers(5, from);
        number(value);
    }

    final void addRegister(int to, int from) {
        wide(to, from);
        bytes(0x03);
        registers(to, from);
    }

    final void add(int to, int base, int at) {
        wide(to, base);
        bytes(0x03);
        memory(to, base, at);
    }

    final void subtract(int from, int base, int at) {
        wide(from, base);
        bytes(0x2B);
        memory(from, base, at);
    }

    final void subtractRegister(int from, int what) {
        wide(from, what);
        bytes(0x2B);
        registers(from, what);
    }

    final void multiply(int to, int value) {
        wide(to, to);
        bytes(0x69);
        registers(to, to);
        number(value);
    }

    final void multiply(int to, int base, int at) {
        wide(to, base);
        bytes(0x0F, 0xAF);
        memory(to, base, at);
    }

    final void compare(int left, int base, int at) {
        wide(left, base);
        bytes(0x3B);
        memory(left, base, at);
    }

    /** Adds what the register holds to memory and gets what was there, in one step for all threads. */
    final void exchangeAdd(int base, int at, int register) {
        bytes(0xF0);
        wide(register, base);
        bytes(0x0F, 0xC1);
        memory(register, base, at);
    }

    /** Into the cache next to the core. */
    final void prefetch(int base, int at) {
        bytes(0x40 | base >> 3, 0x0F, 0x18);
        memory(1, base, at);
    }

    /** How floats are rounded and whether denormal ones count, kept in memory. */
    final void storeFloatControl(int base, int at) {
        bytes(0x40 | base >> 3, 0x0F, 0xAE);
        memory(3, base, at);
    }

    final void loadFloatControl(int base, int at) {
        bytes(0x40 | base >> 3, 0x0F, 0xAE);
        memory(2, base, at);
    }

    final void push(int register) {
        bytes(0x40 | register >> 3, 0x50 | (register & 7));
    }

    final void pop(int register) {
        bytes(0x40 | register >> 3, 0x58 | (register & 7));
    }

    final void jump(int target) {
        bytes(0xE9);
        number(target - here() - Integer.BYTES);
    }

    /** After a subtraction or an addition. */
    final void jumpIfNotZero(int target) {
        bytes(0x0F, 0x85);
        number(target - here() - Integer.BYTES);
    }

    /** After a subtraction of signed numbers whose result is positive. */
    final void jumpIfAbove(int target) {
        bytes(0x0F, 0x8F);
        number(target - here() - Integer.BYTES);
    }

    /** After an addition; jumps to where {@link #land} is called with what this returns. */
    final int jumpIfZero() {
        bytes(0x0F, 0x84);
        number(0);
        return here();
    }

    /** After a comparison of unsigned numbers; jumps to where {@link #land} is called with what this returns. */
    final int jumpIfAtLeast() {
        bytes(0x0F, 0x83);
        number(0);
        return here();
    }

    /** Jumps to where {@link #land} is called with what this returns. */
    final int jumpForward() {
        bytes(0xE9);
        number(0);
        return here();
    }

    /** Returns to the caller. */
    final void end() {
        bytes(0xC5, 0xF8, 0x77, 0xC3);
    }
}
