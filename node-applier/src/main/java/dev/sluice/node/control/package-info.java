/**
 * The node socket: its protocol, requests and answers as values, and the server. In: lines of JSON.
 * Out: lines of JSON. It must not know how a request is done.
 */
package dev.sluice.node.control;
