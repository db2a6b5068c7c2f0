/**
 * Sockets as transparent proxies need them and Java has not: bound to addresses of others, told
 * where a datagram was going, sending in another's name. Linux only. It knows no DNS.
 */
package dev.sluice.node.proxy.socket;
