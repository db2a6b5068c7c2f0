import java.net.InetAddress;
import java.util.Arrays;
import java.util.Hashtable;
import javax.naming.directory.InitialDirContext;

/**
 * Resolve.java NAME SERVER: how many addresses Java's two resolvers find, and whether they agree.
 */
class Resolve {
  public static void main(String[] words) throws Exception {
    InetAddress[] all = InetAddress.getAllByName(words[0]);
    long v4 = Arrays.stream(all).filter(each -> each.getAddress().length == 4).count();
    Hashtable<String, String> world = new Hashtable<>();
    world.put("java.naming.factory.initial", "com.sun.jndi.dns.DnsContextFactory");
    world.put("java.naming.provider.url", "dns://" + words[1]);
    int named =
        new InitialDirContext(world).getAttributes(words[0], new String[] {"A"}).get("A").size();
    System.out.println("java " + all.length + " of them IPv4 " + v4 + " jndi " + named);
  }
}
