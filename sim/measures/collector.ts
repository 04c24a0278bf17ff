import { DEPLOYMENT, ENDPOINT_SLICE, NODE, POD, REPLICA_SET } from '../../core/kinds/registry.ts';
import type { LogRecord, RecordSink } from '../../core/log/record.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { DeploymentMeasures } from './deployments.ts';
import { type Measures, measureTable } from './measure.ts';
import { NodeMeasures } from './nodes.ts';
import { PodMeasures } from './pods.ts';
import { ServiceMeasures } from './services.ts';

/** The control plane and the first nodes are there after a second; manifests come then. */
const BEGIN: Micros = SECOND;

/**
 * Gathers the numbers of a run from its records as they come. What it tells is what the API told: a pod counts as
 * available until its Deployment's status says otherwise, which is after the node has been given up.
 */
export class MeasureCollector {
  private readonly deployments = new DeploymentMeasures();
  private readonly services = new ServiceMeasures();
  private readonly nodes: NodeMeasures;
  private readonly pods: PodMeasures;

  constructor(scenario: Pick<Scenario, 'startTime' | 'cluster'>) {
    const { startTime, cluster } = scenario;
    this.nodes = new NodeMeasures(cluster.nodeGroups, startTime, startTime + BEGIN);
    this.pods = new PodMeasures(this.deployments, startTime);
  }

  /** Hot path. */
  readonly sink: RecordSink = (record: LogRecord) => {
    if (record.type === 'event') {
      switch (record.kind) {
        case POD:
          this.pods.observe(record);
          break;
        case DEPLOYMENT:
          this.deployments.observe(record);
          break;
        case ENDPOINT_SLICE:
          this.services.observeSlice(record);
          break;
        case NODE:
          this.nodes.observe(record);
          break;
        case REPLICA_SET:
          this.pods.observeReplicaSet(record);
          break;
        default:
      }
    } else if (record.type === 'sample') {
      this.services.observeSample(record);
      this.nodes.observeSample(record);
    }
  };

  /** All numbers up to now. */
  measures(now: Micros): Measures {
    return measureTable((writer) => {
      this.deployments.write(writer, now);
      this.services.write(writer, now);
      this.nodes.write(writer, now);
      this.pods.write(writer, now);
    });
  }
}
