// Reads records with Confluent's client: node read.js REGISTRY_URL < lines of "topic hex".
// Prints for each line the JSON of the value.
'use strict';

const { AvroDeserializer, SchemaRegistryClient, SerdeType } = require('@confluentinc/schemaregistry');

async function main() {
  const client = new SchemaRegistryClient({ baseURLs: [process.argv[2]] });
  const deserializer = new AvroDeserializer(client, SerdeType.VALUE, {});
  const lines = require('fs').readFileSync(0, 'utf8').split('\n').filter((line) => line !== '');
  for (const line of lines) {
    const [topic, hex] = line.split(' ');
    console.log(JSON.stringify(await deserializer.deserialize(topic, Buffer.from(hex, 'hex'))));
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
